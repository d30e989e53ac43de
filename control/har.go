package control

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tennantite/tennantite/control/traffic"
)

// har is an HTTP archive, version 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as browsers and proxies read it.
type har struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Entries []harEntry `json:"entries"`
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harEntry struct {
	Started  time.Time   `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Comment  string      `json:"comment,omitempty"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []harPair    `json:"cookies"`
	Headers     []harPair    `json:"headers"`
	QueryString []harPair    `json:"queryString"`
	PostData    *harPostData `json:"postData,omitempty"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int64        `json:"bodySize"`
}

type harPostData struct {
	MIMEType string `json:"mimeType"`
	Text     string `json:"text"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int64      `json:"bodySize"`
}

type harContent struct {
	Size     int64  `json:"size"`
	MIMEType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

func getHAR(c *call) (any, error) {
	found, err := c.asked(false)
	if err != nil {
		return nil, err
	}
	archive := har{harLog{Version: "1.2", Creator: harCreator{"tennantite", c.Host.Info().Version}, Entries: []harEntry{}}}
	for _, e := range found {
		archive.Log.Entries = append(archive.Log.Entries, harOf(e))
	}
	return archive, nil
}

// The format's number for what is not known.
const unknownSize = -1

func harOf(e *traffic.Entry) harEntry {
	took := float64(e.Took) / float64(time.Millisecond)
	asked, answered := e.RequestHeader(), e.ResponseHeader()
	address := "https://" + e.Host + e.Path
	var query []harPair
	if q := e.Query(); q != "" {
		address += "?" + q
		if values, err := url.ParseQuery(q); err == nil {
			query = pairsOf(values)
		}
	}
	x := harEntry{
		Started: e.At, Time: took, Timings: harTimings{Wait: took},
		Request: harRequest{
			Method: e.Method, URL: address, HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: pairsOf(asked),
			QueryString: append([]harPair{}, query...), HeadersSize: unknownSize, BodySize: e.Received,
		},
		Response: harResponse{
			Status: e.Status, StatusText: http.StatusText(e.Status), HTTPVersion: "HTTP/1.1", Cookies: []harPair{},
			Headers: pairsOf(answered), RedirectURL: answered.Get("Location"), HeadersSize: unknownSize, BodySize: e.Sent,
			Content: harContent{e.Sent, answered.Get("Content-Type"), e.ResponseBody()},
		},
	}
	if body := e.RequestBody(); body != "" {
		x.Request.PostData = &harPostData{asked.Get("Content-Type"), body}
	}
	if e.Fault != "" {
		x.Comment = "fault " + e.Fault
	}
	return x
}

func pairsOf(values map[string][]string) []harPair {
	out := []harPair{}
	for name, all := range values {
		for _, v := range all {
			out = append(out, harPair{name, v})
		}
	}
	slices.SortStableFunc(out, func(a, b harPair) int {
		if a.Name < b.Name {
			return -1
		} else if a.Name > b.Name {
			return 1
		}
		return 0
	})
	return out
}
