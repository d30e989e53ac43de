package spoapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// request is what a handler knows of one request. It lives as long as its transaction.
type request struct {
	*face
	tx     *state.Tx
	caller directory.Principal
	tenant state.Tenant
	// site is the site collection that the path stands in. On the administration host it has no ID.
	site   state.Site
	host   links.SiteHost
	origin links.Origin
	mode   mode
	http   *http.Request
	body   []byte
	// session is SharePoint's own cookie session; zero where a token was shown.
	session state.Session
	// shaken is the listener whose handshake was done.
	shaken string
}

// webURL is the address of a site's web.
func (c *request) webURL(s state.Site) string {
	if s.ID == "" {
		return c.origin.SharePoint(c.tenant.SharePointPrefix(), c.host)
	}
	return c.origin.Site(c.tenant.SharePointPrefix(), s.Personal, s.Path)
}

// webPath is the server-relative path of a site's web, "/" for a root site.
func webPath(s state.Site) string {
	if s.Path == "" {
		return "/"
	}
	return s.Path
}

// serverPath joins a path below the web to the server-relative path of the site.
func serverPath(s state.Site, below string) string {
	base := strings.TrimSuffix(webPath(s), "/")
	if below = strings.Trim(below, "/"); below == "" {
		if base == "" {
			return "/"
		}
		return base
	}
	return base + "/" + below
}

// address is the absolute address of a server-relative path in a site.
func (c *request) address(s state.Site, path string) string {
	if s.ID == "" {
		return c.webURL(s) + links.EscapePath(strings.TrimSuffix(path, "/"))
	}
	return c.origin.Site(c.tenant.SharePointPrefix(), s.Personal, path)
}

// decode reads the JSON body into v; an empty body leaves v as it is. Names match in any case, unknown ones are ignored,
// as clients rely on (sharepoint.md 2.1). The annotations of verbose bodies (__metadata, results) are accepted.
func (c *request) decode(v any) error {
	body := bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(c.body), []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return nil
	}
	body, err := flattenResults(body)
	if err != nil {
		return problem.For(problem.Invalid, problem.Malformed, "body", "Invalid JSON. %s", err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return problem.For(problem.Invalid, problem.Malformed, "body", "Invalid JSON. %s", err)
	}
	return nil
}

// decodeEntity is decode for the properties of an entity, of which the service refuses those that the type does not have.
func (c *request) decodeEntity(v any, kind string, known []string) error {
	var all map[string]json.RawMessage
	if err := c.decode(&all); err != nil {
		return err
	}
	for name := range all {
		if strings.HasPrefix(name, "__") || strings.Contains(name, "odata.") || slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
			continue
		}
		return problem.For(problem.Invalid, problem.UnknownProperty, name,
			"The property '%s' does not exist on type '%s'. Make sure to only use property names that are defined by the type.", brief(name), kind)
	}
	return c.decode(v)
}

// flattenResults turns the collections of a verbose body, {"results":[…]}, into arrays.
func flattenResults(body []byte) ([]byte, error) {
	if !bytes.Contains(body, []byte(`"results"`)) {
		return body, nil
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(unwrapResults(v))
}

func unwrapResults(v any) any {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "__metadata")
		if inner, ok := v["results"].([]any); ok && len(v) == 1 {
			return unwrapResults(inner)
		}
		for k := range v {
			v[k] = unwrapResults(v[k])
		}
		return v
	case []any:
		for i := range v {
			v[i] = unwrapResults(v[i])
		}
		return v
	}
	return v
}

// require fails unless the caller has the role at the place.
func (c *request) require(at drive.Place, role state.Role) error {
	return sharing.Require(c.tx, c.caller, at, role)
}

// requireWeb fails unless the caller may open the web: he has a right on it, or on something within (Limited Access).
func (c *request) requireWeb(s state.Site) error {
	if s.ID == "" || sharing.Enters(c.tx, c.caller, s) {
		return nil
	}
	return c.require(drive.Place{Site: s}, state.RoleRead)
}

// actor is the caller as records name him.
func (c *request) actor() state.Actor { return c.caller.Actor() }
