package emulator_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tennantite/tennantite/emulator"
)

// TestScript runs the claims of testdata/script. Each script has a world of its own, a fork of the built-in one, and
// speaks the wire and the control plane only; so a claim about the wire could be held against a real tenant too.
//
//	signin NAME PERSON TENANT [RESOURCE]   a token for a person: at home by password, elsewhere by the home refresh token
//	app NAME TENANT [RESOURCE]             a token for the application Tennantite Suite alone
//	http [-as NAME] [-status N] [-header 'K: V'] METHOD URL [BODY]   asks; BODY is JSON, or @FILE; fails unless N or any 2xx
//	use NAME PATH                          takes one as a token
//	claims NAME                            the token's payload becomes the last answer
//	form [-status N] URL FIELDS            sends a form
//	set VAR PATH                           takes a value of the last answer: value.0.id, value[mail=x].id, len counts
//	is PATH WANT                           compares one; a dash is a value that is absent
//	control [-status N] METHOD PATH [BODY] asks the control plane
//	mail ADDRESS KIND                      the newest mail's first link of that kind becomes $LINK; - is no such mail
//	browse PERSON URL [FIELD=VALUE...]     goes through pages as that person; prints their kinds and where it ended
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, scripts(emulator.Start(t), "testdata/script", nil))
}

// scripts are those of a folder against an emulator, each in a world of its own name. around, if it is not nil, stands
// between a script's client and the wire.
func scripts(emu *emulator.Emulator, dir string, around func(script string, wire http.RoundTripper) http.RoundTripper) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			name := strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
			w, err := emu.Fork(name, emulator.MainWorld, false)
			if err != nil {
				return err
			}
			c := &scripted{emu: emu, world: w.Name, client: emu.WorldClient(w.Name), tokens: map[string]string{}}
			if around != nil {
				c.client.Transport = around(name, c.client.Transport)
			}
			c.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			env.Values[scriptedKey{}] = c
			env.Setenv("contoso", "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47")
			env.Setenv("fabrikam", "d7c9e0a2-58f4-4b1b-8a36-91c5f0b7e3d2")
			env.Setenv("graph", "https://graph.microsoft.com/v1.0")
			for _, option := range []string{"select", "filter", "expand", "top", "count", "orderby", "search", "ref", "batch"} {
				env.Setenv(option, "$"+option) // so that a query can be written as it is
			}
			env.Setenv("site", "https://contoso.sharepoint.com/sites/project-x")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"signin": scriptedCommand((*scripted).signin), "app": scriptedCommand((*scripted).app),
			"http": scriptedCommand((*scripted).http), "set": scriptedCommand((*scripted).set),
			"is": scriptedCommand((*scripted).is), "control": scriptedCommand((*scripted).control),
			"mail": scriptedCommand((*scripted).mail), "browse": scriptedCommand((*scripted).browse),
			"use": scriptedCommand((*scripted).use), "claims": scriptedCommand((*scripted).claims),
			"form": scriptedCommand((*scripted).form),
		},
	}
}

type scriptedKey struct{}

// scripted is one script's client.
type scripted struct {
	emu    *emulator.Emulator
	world  string
	client *http.Client
	tokens map[string]string
	answer []byte
}

func scriptedCommand(f func(*scripted, *testscript.TestScript, []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) < 1 {
			ts.Fatalf("too few arguments")
		}
		err := f(ts.Value(scriptedKey{}).(*scripted), ts, args)
		switch {
		case neg && err == nil:
			ts.Fatalf("unexpected success")
		case neg:
			ts.Check(printed(fmt.Fprintln(ts.Stderr(), err)))
		case err != nil:
			ts.Fatalf("%v", err)
		}
	}
}

const (
	suite       = "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10"
	suiteSecret = "tennantite-secret"
	password    = "Tennantite1!"
	loginHost   = "https://login.microsoftonline.com/"
	graphHost   = "https://graph.microsoft.com"
)

// printed is whether a script's output could be written.
func printed(_ int, err error) error { return err }

func argument(args []string, n int, instead string) string {
	if n < len(args) {
		return args[n]
	}
	return instead
}

func (c *scripted) app(_ *testscript.TestScript, args []string) error {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {suite}, "client_secret": {suiteSecret},
		"scope": {argument(args, 2, graphHost) + "/.default"},
	}
	t, err := c.token(args[1], form)
	c.tokens[args[0]] = t.Access
	return err
}

// signin gets a token for a person as MSAL does it: the home account's refresh token at the other organisation.
func (c *scripted) signin(_ *testscript.TestScript, args []string) error {
	name, person, tenant, resource := args[0], args[1], args[2], argument(args, 3, graphHost)
	_, domain, _ := strings.Cut(person, "@")
	scope := resource + "/.default openid profile offline_access"
	t, err := c.token(domain, url.Values{
		"grant_type": {"password"}, "client_id": {suite}, "client_secret": {suiteSecret}, "username": {person}, "password": {password}, "scope": {scope},
	})
	if err != nil {
		return err
	}
	if tenant != domain {
		if t, err = c.token(tenant, url.Values{
			"grant_type": {"refresh_token"}, "client_id": {suite}, "client_secret": {suiteSecret}, "refresh_token": {t.Refresh}, "scope": {scope},
		}); err != nil {
			return err
		}
	}
	c.tokens[name] = t.Access
	return nil
}

// use makes a value of the last answer a token.
func (c *scripted) use(_ *testscript.TestScript, args []string) (err error) {
	c.tokens[args[0]], _, err = look(c.answer, argument(args, 1, ""))
	return err
}

// claims shows what a token says, to be compared.
func (c *scripted) claims(_ *testscript.TestScript, args []string) (err error) {
	parts := strings.Split(c.tokens[args[0]], ".")
	if len(parts) != 3 {
		return fmt.Errorf("%s is no token", args[0])
	}
	c.answer, err = base64.RawURLEncoding.DecodeString(parts[1])
	return err
}

type tokenAnswer struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func (c *scripted) token(tenant string, form url.Values) (t tokenAnswer, err error) {
	r, err := c.client.PostForm(loginHost+tenant+"/oauth2/v2.0/token", form)
	if err != nil {
		return t, err
	}
	defer r.Body.Close()
	c.answer, err = io.ReadAll(r.Body)
	if err != nil {
		return t, err
	}
	if r.StatusCode != http.StatusOK {
		return t, fmt.Errorf("%s: %s", r.Status, c.answer)
	}
	return t, json.Unmarshal(c.answer, &t)
}

func (c *scripted) http(ts *testscript.TestScript, args []string) error {
	var as string
	header := http.Header{}
	want := 0
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-as":
			as = args[1]
		case "-status":
			want, _ = strconv.Atoi(args[1])
		case "-header":
			name, value, _ := strings.Cut(args[1], ": ")
			header.Set(name, value)
		default:
			return fmt.Errorf("unknown option %s", args[0])
		}
		args = args[2:]
	}
	if len(args) < 2 {
		return fmt.Errorf("usage: http [-as NAME] [-status N] METHOD URL [BODY]")
	}
	req, err := http.NewRequest(args[0], args[1], body(ts, argument(args, 2, "")))
	if err != nil {
		return err
	}
	if as != "" {
		if c.tokens[as] == "" {
			return fmt.Errorf("there is no token %s", as)
		}
		req.Header.Set("Authorization", "Bearer "+c.tokens[as])
	}
	req.Header.Set("Accept", "application/json;odata=nometadata")
	if !strings.Contains(args[1], ".sharepoint.com/_api") && !strings.Contains(args[1], "/_api/") {
		req.Header.Set("Accept", "application/json")
	}
	if len(args) > 2 {
		req.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(req.Header, header)
	return c.send(ts, req, want)
}

// form sends a form, as to the token endpoint.
func (c *scripted) form(ts *testscript.TestScript, args []string) error {
	want := 0
	if args[0] == "-status" {
		want, _ = strconv.Atoi(args[1])
		args = args[2:]
	}
	req, err := http.NewRequest(http.MethodPost, args[0], strings.NewReader(argument(args, 1, "")))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.send(ts, req, want)
}

func body(ts *testscript.TestScript, text string) io.Reader {
	if name, ok := strings.CutPrefix(text, "@"); ok {
		return strings.NewReader(ts.ReadFile(name))
	}
	return strings.NewReader(text)
}

func (c *scripted) control(ts *testscript.TestScript, args []string) error {
	want := 0
	if args[0] == "-status" {
		want, _ = strconv.Atoi(args[1])
		args = args[2:]
	}
	req, err := http.NewRequest(args[0], c.emu.Addresses().HTTP+"/_tennantite/v1/"+args[1], body(ts, argument(args, 2, "")))
	if err != nil {
		return err
	}
	req.Header.Set("X-Tennantite-World", c.world)
	req.Header.Set("Content-Type", "application/json")
	return c.send(ts, req, want)
}

func (c *scripted) send(ts *testscript.TestScript, req *http.Request, want int) error {
	r, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if c.answer, err = io.ReadAll(r.Body); err != nil {
		return err
	}
	if err := printed(fmt.Fprintf(ts.Stdout(), "%s\n", bytes.TrimSpace(c.answer))); err != nil {
		return err
	}
	if want == 0 && r.StatusCode/100 != 2 || want != 0 && r.StatusCode != want {
		return fmt.Errorf("%s %s: %s: %s", req.Method, req.URL, r.Status, c.answer)
	}
	return nil
}

func (c *scripted) set(ts *testscript.TestScript, args []string) error {
	v, ok, err := look(c.answer, args[1])
	if err != nil || !ok {
		return errors.Join(fmt.Errorf("%s is not in %s", args[1], c.answer), err)
	}
	ts.Setenv(args[0], v)
	return nil
}

func (c *scripted) is(_ *testscript.TestScript, args []string) error {
	v, ok, err := look(c.answer, args[0])
	if err != nil {
		return err
	}
	if !ok {
		v = "-"
	}
	if v != args[1] {
		return fmt.Errorf("%s is %q, want %q, in %s", args[0], v, args[1], c.answer)
	}
	return nil
}

func (c *scripted) mail(ts *testscript.TestScript, args []string) error {
	if err := c.control(ts, []string{"GET", "mail?to=" + url.QueryEscape(args[0]) + "&kind=" + args[1]}); err != nil {
		return err
	}
	link, ok, err := look(c.answer, "value.0.links[kind="+args[1]+"].url")
	if err != nil || !ok {
		return fmt.Errorf("%s has no mail with a link of kind %s", args[0], args[1])
	}
	ts.Setenv("LINK", link)
	return nil
}

// segments are the parts of a path; a dot inside of a name is written \.
var segments = regexp.MustCompile(`(?:[^.\[\]\\]|\\.)+|\[[^\]]*\]`)

// look finds a value in JSON; nested JSON in a text is decoded on the way.
func look(answer []byte, path string) (text string, ok bool, err error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(answer))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return "", false, fmt.Errorf("no JSON: %w: %s", err, answer)
	}
	for _, s := range segments.FindAllString(path, -1) {
		if inner, isText := v.(string); isText {
			if err := json.Unmarshal([]byte(inner), &v); err != nil {
				return "", false, nil //nolint:nilerr // a text has no members
			}
		}
		if v, ok = step(v, s); !ok {
			return "", false, nil
		}
	}
	switch v := v.(type) {
	case string:
		return v, true, nil
	case nil:
		return "null", true, nil
	}
	b, err := json.Marshal(v)
	return string(b), true, err
}

// walk follows member names through objects.
func walk(v any, path string) (any, bool) {
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = m[name]; !ok {
			return nil, false
		}
	}
	return v, true
}

func step(v any, s string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		x, ok := v[strings.ReplaceAll(strings.Trim(s, "[]"), `\.`, ".")]
		return x, ok
	case []any:
		if s == "len" {
			return len(v), true
		}
		if key, want, ok := strings.Cut(strings.Trim(s, "[]"), "="); ok {
			for _, e := range v {
				if inner, ok := walk(e, key); ok && fmt.Sprint(inner) == want {
					return e, true
				}
			}
			return nil, false
		}
		if n, err := strconv.Atoi(s); err == nil && n >= 0 && n < len(v) {
			return v[n], true
		}
	}
	return nil, false
}
