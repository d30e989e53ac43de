package syncclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// StatusError is a refusal of the service.
type StatusError struct {
	Status        int
	Code, Message string
	Location      string
}

func (e *StatusError) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// isStatus tells whether an error is one of these answers.
func isStatus(err error, status ...int) bool {
	var e *StatusError
	if !errors.As(err, &e) {
		return false
	}
	return slices.Contains(status, e.Status)
}

// How often and how long a client waits for a service that has no time.
const (
	attempts    = 8
	longestWait = time.Minute
)

// retry tells whether a request is to be sent again, and after which time: when the service says so, or nothing came.
func retry(res *http.Response, err error, attempt int) (wait time.Duration, again bool) {
	if attempt+1 >= attempts {
		return 0, false
	}
	wait = min(100*time.Millisecond<<attempt, longestWait)
	if err != nil {
		return wait, !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
	}
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusBadGateway, http.StatusInternalServerError:
	default:
		return 0, false
	}
	if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		wait = time.Duration(n) * time.Second
	}
	return wait, true
}

// pause waits, unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// drain ends an answer so that its connection can be used again.
func drain(res *http.Response) {
	if res == nil {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	_ = res.Body.Close()
}

// call is one request.
type call struct {
	method, address string
	header          map[string]string
	body            func() (io.Reader, int64, error) // nil: none
	secret          bool                             // the address needs no token
}

// send sends a request until the service has time for it. The caller closes the answer.
func (f *Folder) send(ctx context.Context, c call) (*http.Response, error) {
	renewed := false
	for attempt := 0; ; attempt++ {
		req, err := f.request(ctx, c)
		if err != nil {
			return nil, err
		}
		res, err := f.o.Client.Do(req)
		if wait, again := retry(res, err, attempt); again {
			f.o.tell(Event{Kind: Waiting, Text: wait.String()})
			drain(res)
			if err := pause(ctx, wait); err != nil {
				return nil, err
			}
			continue
		}
		switch {
		case err != nil:
			return nil, err
		case res.StatusCode == http.StatusUnauthorized && !renewed && !c.secret:
			renewed = true
			f.session.forget()
			drain(res)
			continue
		case res.StatusCode >= http.StatusBadRequest:
			defer drain(res)
			return nil, refusal(res)
		}
		return res, nil
	}
}

func (f *Folder) request(ctx context.Context, c call) (*http.Request, error) {
	var body io.Reader
	size := int64(0)
	if c.body != nil {
		var err error
		if body, size, err = c.body(); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, c.method, c.address, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = size
	for name, value := range c.header {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	req.Header.Set("User-Agent", "tennantite-sync")
	if c.secret {
		return req, nil
	}
	token, err := f.session.token(ctx)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return req, nil
}

func refusal(res *http.Response) error {
	var b struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	// An answer that is no JSON leaves the status to speak.
	_ = json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&b)
	return &StatusError{res.StatusCode, b.Error.Code, b.Error.Message, res.Header.Get("Location")}
}

// do sends JSON, if in is not nil, and reads JSON, if out is not nil.
func (f *Folder) do(ctx context.Context, method, address string, in, out any, header map[string]string) error {
	c := call{method: method, address: address, header: map[string]string{}}
	maps.Copy(c.header, header)
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		c.header["Content-Type"] = "application/json"
		c.body = func() (io.Reader, int64, error) { return bytes.NewReader(text), int64(len(text)), nil }
	}
	res, err := f.send(ctx, c)
	if err != nil {
		return err
	}
	defer drain(res)
	if out == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// remote is a driveItem as far as the client reads it.
type remote struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	ETag    string    `json:"eTag"`
	Size    int64     `json:"size"`
	Deleted *struct{} `json:"deleted"`
	Folder  *struct{} `json:"folder"`
	File    *struct {
		Hashes struct {
			QuickXor string `json:"quickXorHash"`
		} `json:"hashes"`
	} `json:"file"`
	Parent struct {
		ID      string `json:"id"`
		DriveID string `json:"driveId"`
	} `json:"parentReference"`
	FileSystem struct {
		Modified time.Time `json:"lastModifiedDateTime"`
	} `json:"fileSystemInfo"`
}

func (i remote) hash() string {
	if i.File == nil {
		return ""
	}
	return i.File.Hashes.QuickXor
}

// itemAddress is an item's address, with what follows it.
func (f *Folder) itemAddress(id string, rest ...string) string {
	return f.o.Graph + "/v1.0/drives/" + f.db.DriveID + "/items/" + id + strings.Join(rest, "")
}
