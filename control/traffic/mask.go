package traffic

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// masked stands where a secret was.
const masked = "•••"

// secrets are the names, in lower case, of form fields, query parameters and JSON members whose values are not shown.
//
//nolint:gochecknoglobals // a constant table
var secrets = map[string]bool{
	"access_token": true, "refresh_token": true, "id_token": true, "id_token_hint": true, "assertion": true,
	"client_assertion": true, "client_secret": true, "code": true, "code_verifier": true, "device_code": true,
	"password": true, "passwd": true, "secrettext": true, "otc": true, "tempauth": true, "currentpassword": true,
	"newpassword": true, "client_info": true, "session_state": true, "formdigestvalue": true, "token": true,
}

// secretHeaders likewise.
//
//nolint:gochecknoglobals // a constant table
var secretHeaders = map[string]bool{
	"Authorization": true, "Proxy-Authorization": true, "Cookie": true, "Set-Cookie": true, "X-Requestdigest": true,
}

// Query is the request's query, secrets masked.
func (e *Entry) Query() string { return maskQuery(e.query, true) }

// RequestHeader is what the client sent, secrets masked.
func (e *Entry) RequestHeader() http.Header { return maskHeader(e.requestHeader) }

// ResponseHeader is what it was answered, secrets masked.
func (e *Entry) ResponseHeader() http.Header { return maskHeader(e.responseHeader) }

// RequestBody is the beginning of the request's body, secrets masked; "" where it is no text.
func (e *Entry) RequestBody() string {
	return maskBody(e.requestBody, e.requestHeader.Get("Content-Type"))
}

// ResponseBody is the beginning of the answer's body, likewise.
func (e *Entry) ResponseBody() string {
	return maskBody(e.responseBody, e.responseHeader.Get("Content-Type"))
}

func maskHeader(h http.Header) http.Header {
	out := make(http.Header, len(h))
	for name, values := range h {
		switch {
		case secretHeaders[name]:
			for _, v := range values {
				scheme, _, found := strings.Cut(v, " ")
				if found && (name == "Authorization" || name == "Proxy-Authorization") {
					out.Add(name, scheme+" "+masked)
				} else {
					out.Add(name, masked)
				}
			}
		case name == "Location":
			for _, v := range values {
				out.Add(name, maskURL(v))
			}
		default:
			out[name] = values
		}
	}
	return out
}

func maskURL(address string) string {
	base, fragment, hasFragment := strings.Cut(address, "#")
	path, query, hasQuery := strings.Cut(base, "?")
	if hasQuery {
		path += "?" + maskQuery(query, true)
	}
	if hasFragment {
		path += "#" + maskQuery(fragment, true)
	}
	return path
}

// maskQuery masks in text of the form a=b&c=d. The token of a delta is no secret, a query shows it.
func maskQuery(query string, inURL bool) string {
	if !strings.Contains(query, "=") {
		return query
	}
	parts := strings.Split(query, "&")
	for i, p := range parts {
		name, _, ok := strings.Cut(p, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		plain = strings.ToLower(plain)
		if ok && secrets[plain] && (!inURL || plain != "token") {
			parts[i] = name + "=" + masked
		}
	}
	return strings.Join(parts, "&")
}

// member finds a JSON member with its text, also in JSON that was cut off.
var member = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"((?:[^"\\]|\\.)*)"(\s*:\s*)"((?:[^"\\]|\\.)*)("?)`) })

func maskBody(body []byte, contentType string) string {
	// What was cut off in the middle of a letter is text none the less.
	for cut := 0; cut < utf8.UTFMax && len(body) > 0 && !utf8.Valid(body); cut++ {
		body = body[:len(body)-1]
	}
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return ""
	}
	text := string(body)
	if strings.HasPrefix(strings.ToLower(contentType), "application/x-www-form-urlencoded") {
		return maskQuery(text, false)
	}
	text = member().ReplaceAllStringFunc(text, func(m string) string {
		s := member().FindStringSubmatch(m)
		name := strings.ToLower(s[1])
		// An error's code, and a link's, are no authorization codes: those are sent in forms only.
		if !secrets[name] || name == "code" || name == "token" {
			return m
		}
		return `"` + s[1] + `"` + s[2] + `"` + masked + s[4]
	})
	return hidden().ReplaceAllString(text, "${1}"+masked+"${3}")
}

// hidden finds the fields of an HTML form that carry codes and tokens.
var hidden = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(<input[^>]*\bname="(?:code|id_token|access_token|passwd|otc)"[^>]*\bvalue=")([^"]*)(")`)
})

// errorCode is the service's own code in an error body, "" where there is none.
func (e *Entry) errorCode() string {
	if e.Status < http.StatusBadRequest {
		return ""
	}
	var body struct {
		Error json.RawMessage `json:"error"`
		Old   struct {
			Code string `json:"code"`
		} `json:"odata.error"`
	}
	if json.Unmarshal(e.responseBody, &body) != nil {
		return ""
	}
	if body.Old.Code != "" {
		return body.Old.Code
	}
	var text string
	if json.Unmarshal(body.Error, &text) == nil {
		return text
	}
	var object struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(body.Error, &object) // another shape has no code
	return object.Code
}

// Code is the service's own code of a failure, "" where there is none.
func (e *Entry) Code() string { return e.errorCode() }

func unescaped(path string) string {
	if p, err := url.PathUnescape(path); err == nil {
		return p
	}
	return path
}
