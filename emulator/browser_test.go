package emulator_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/rogpeppe/go-internal/testscript"
)

// browse goes through pages as a browser without scripts does, as one person; his cookies stay for the script. It prints
// the kinds of the pages in their order and where it ended: an address, or "error" with its text.
func (c *scripted) browse(ts *testscript.TestScript, args []string) error {
	b := &browser{client: *c.client, person: args[0], choices: map[string]string{}}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	b.client.Jar = jar
	for _, a := range args[2:] {
		k, v, _ := strings.Cut(a, "=")
		b.choices[k] = v
	}
	end, err := b.visit(args[1])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(ts.Stdout(), "pages: %s\nend: %s\n", strings.Join(b.kinds, " "), end)
	return err
}

type browser struct {
	client  http.Client
	person  string
	choices map[string]string // field or button → value, over what the person would do
	kinds   []string
}

const maxPages = 25

func (b *browser) visit(address string) (string, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	for range maxPages {
		r, err := b.client.Do(req)
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return "", err
		}
		if to := r.Header.Get("Location"); to != "" {
			next, err := req.URL.Parse(to)
			if err != nil {
				return "", err
			}
			if !emulated(next) {
				return next.String(), nil
			}
			if req, err = http.NewRequest(http.MethodGet, next.String(), nil); err != nil {
				return "", err
			}
			continue
		}
		p, err := parsePage(string(text))
		if err != nil {
			return "", fmt.Errorf("%s: %s: %w", req.URL, r.Status, err)
		}
		b.kinds = append(b.kinds, p.kind)
		next, done, err := b.answer(req.URL, p)
		if err != nil {
			return "", err
		}
		if done {
			return req.URL.String() + " " + strings.Join(strings.Fields(p.text), " "), nil
		}
		req = next
	}
	return "", errors.New("pages without an end: " + strings.Join(b.kinds, " "))
}

func emulated(u *url.URL) bool {
	h := u.Hostname()
	return strings.HasSuffix(h, ".sharepoint.com") || slices.Contains([]string{
		"login.microsoftonline.com", "login.live.com", "graph.microsoft.com", "invitations.microsoft.com", "microsoft.com",
	}, h)
}

// answer fills in a page's form as the person would; done is a page that asks nothing.
func (b *browser) answer(at *url.URL, p page) (*http.Request, bool, error) {
	form := url.Values{}
	for k, v := range p.hidden {
		form.Set(k, v)
	}
	switch p.kind {
	case "sign-in":
		form.Set("loginfmt", b.person)
		form.Set("passwd", password)
	case "account-type":
		form.Set("account", "organizational")
	case "pick-account":
		form.Set("account", b.person)
	case "consent", "review", "terms", "device-confirm":
		form.Set("action", "accept")
	case "form-post":
	default:
		return nil, true, nil
	}
	for k, v := range b.choices {
		if _, asked := form[k]; asked {
			form.Set(k, v)
		}
	}
	to, err := at.Parse(p.action)
	if err != nil {
		return nil, false, err
	}
	req, err := http.NewRequest(http.MethodPost, to.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, false, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", at.Scheme+"://"+at.Host)
	return req, false, nil
}

// page is what a browser sees of a page.
type page struct {
	kind, action, text string
	hidden             map[string]string
}

func parsePage(text string) (p page, err error) {
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return p, err
	}
	p.hidden = map[string]string{}
	var words strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent != nil && n.Parent.Data != "style" && n.Parent.Data != "script" {
			words.WriteString(n.Data + " ")
		}
		switch n.Data {
		case "body":
			p.kind = attribute(n, "data-page")
		case "form":
			if p.action == "" {
				p.action = attribute(n, "action")
			}
		case "input":
			if attribute(n, "type") == "hidden" {
				p.hidden[attribute(n, "name")] = attribute(n, "value")
			}
		}
	}
	p.text = words.String()
	if p.kind == "" {
		return p, fmt.Errorf("this is no page of the emulator: %.200s", text)
	}
	return p, nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
