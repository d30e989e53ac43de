package tokens

import (
	"net/url"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// The scopes of OpenID Connect, which belong to no resource.
const (
	openID        = "openid"
	profileScope  = "profile"
	emailScope    = "email"
	offlineAccess = "offline_access"
)

const defaultScope = ".default"

// Scopes are what a client asks for, taken apart: permissions of one resource, and the scopes of OpenID Connect.
type Scopes struct {
	Text string // as it was written
	// Resource is the resource as it was named; "" for Graph by short names.
	Resource string
	// Names are the permissions asked for, without the resource.
	Names []string
	// Short and Full tell which spellings were used; Default that everything consented is asked for.
	Short, Full, Default          bool
	OpenID, Profile, Email, Renew bool // Renew: offline_access
}

// ParseScopes takes a scope parameter apart. It fails with ResourcesSeveral or ScopeInvalid.
func ParseScopes(text string) (Scopes, error) {
	s := Scopes{Text: text}
	named := false
	for word := range strings.FieldsSeq(text) {
		switch strings.ToLower(word) {
		case openID:
			s.OpenID = true
			continue
		case profileScope:
			s.Profile = true
			continue
		case emailScope:
			s.Email = true
			continue
		case offlineAccess:
			s.Renew = true
			continue
		}
		resource, name := cutScope(word)
		if name == "" {
			return Scopes{}, Refuse(ScopeInvalid, text)
		}
		if named && !sameResource(resource, s.Resource) {
			return Scopes{}, Refuse(ResourcesSeveral, text)
		}
		if !named || s.Resource == "" {
			s.Resource = resource
		}
		named = true
		s.Short, s.Full = s.Short || resource == "", s.Full || resource != ""
		if strings.EqualFold(name, defaultScope) {
			s.Default = true
			continue
		}
		s.Names = append(s.Names, name)
	}
	if s.Default && len(s.Names) > 0 {
		return Scopes{}, Refuse(ScopeInvalid, text)
	}
	return s, nil
}

// ForResource is what a version 1 request asks for: everything consented at a resource. A sign-in there always yields an
// id token and a refresh token.
func ForResource(resource string) Scopes {
	return Scopes{Resource: resource, Default: true, Full: resource != "", OpenID: true, Profile: true, Renew: true}
}

// cutScope parts a scope at its last slash: https://host//.default is about https://host/ (identity.md 2.2).
func cutScope(word string) (resource, name string) {
	i := strings.LastIndexByte(word, '/')
	if i < 0 {
		return "", word
	}
	return word[:i], word[i+1:]
}

func sameResource(a, b string) bool {
	norm := func(s string) string {
		s = strings.ToLower(strings.TrimRight(s, "/"))
		if s == "" || s == directory.GraphAppID {
			return graphAddress
		}
		return s
	}
	return norm(a) == norm(b)
}

// Asked is a request for the permissions of a resource that exists.
type Asked struct {
	Scopes
	API      directory.Resource
	Audience string // what a version 1 token's aud will be
}

// FindAPI finds the resource that is asked for. It fails with ResourceUnknown.
func FindAPI(tx *state.Tx, t state.Tenant, s Scopes) (Asked, error) {
	name := realName(tx, s.Resource)
	if name == "" {
		name = directory.GraphAppID
	}
	r, err := directory.FindResource(tx, t, name)
	if err != nil {
		return Asked{}, &Refusal{Reason: ResourceUnknown, Args: []any{s.Resource, t.DisplayName}, Err: err}
	}
	return Asked{Scopes: s, API: r, Audience: name}, nil
}

// Granted are the permissions that a token will carry. It fails with ConsentMissing where something asked for is not
// consented, ScopeInvalid where the resource does not offer it, ResourceNotListed where the application asks for nothing
// there. Where that may pass, what is asked for is given.
func (a Asked) Granted(tx *state.Tx, t state.Tenant, client state.Application, user string, pass Pass) ([]string, error) {
	granted := directory.GrantedScopes(tx, t.ID, client.AppID, a.API, user)
	lets := func(err error) bool { return client.WellKnown || pass.lets(err) }
	for _, n := range a.Names {
		known, ok := a.API.Scope(n)
		switch {
		case !ok && !containsFold(granted, n):
			return nil, Refuse(ScopeInvalid, a.Text)
		case ok && !containsFold(granted, known.Value):
			if err := Refuse(ConsentMissing, client.AppID, client.DisplayName); !lets(err) {
				return nil, err
			}
			granted = append(granted, known.Value)
		}
	}
	if len(granted) > 0 || strings.EqualFold(client.AppID, a.API.AppID) {
		return granted, nil
	}
	err := Refuse(ConsentMissing, client.AppID, client.DisplayName)
	if a.Default && !asksFor(client, a.API.AppID) {
		err = Refuse(ResourceNotListed, client.AppID, a.Resource, a.API.AppID)
	}
	if !lets(err) {
		return nil, err
	}
	if a.Default {
		for _, s := range a.API.Scopes {
			granted = append(granted, s.Value)
		}
	}
	return granted, nil
}

func asksFor(client state.Application, resource string) bool {
	return slices.ContainsFunc(client.Required, func(r state.RequiredResource) bool {
		return strings.EqualFold(r.ResourceAppID, resource)
	})
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, s) })
}

// Claim is the scp of an access token. Graph's also lists the scopes of OpenID Connect.
func (a Asked) Claim(granted []string) []string {
	out := slices.DeleteFunc(slices.Clone(granted), func(s string) bool { return s == offlineAccess })
	if a.API.AppID == directory.GraphAppID {
		out = a.withOpenID(out)
	}
	return out
}

// withOpenID adds the scopes of OpenID Connect that were asked for.
func (a Asked) withOpenID(list []string) []string {
	for _, s := range []struct {
		asked bool
		name  string
	}{{a.Email, emailScope}, {a.OpenID, openID}, {a.Profile, profileScope}} {
		if s.asked && !containsFold(list, s.name) {
			list = append(list, s.name)
		}
	}
	return list
}

// Echo is the scope member of an answer: every permission consented, spelt as the request spelt them, .default itself
// included, never offline_access (identity.md 2.2).
func (a Asked) Echo(granted []string) string {
	var out []string
	prefix := ""
	if a.Full {
		prefix = a.Resource + "/"
	}
	for _, g := range granted {
		switch g {
		case offlineAccess:
		case openID, profileScope, emailScope:
			out = append(out, g)
		default:
			if a.Short && a.Full {
				out = append(out, g)
			}
			out = append(out, prefix+g)
		}
	}
	out = a.withOpenID(out)
	if a.Default {
		out = append(out, prefix+defaultScope)
	}
	return strings.Join(out, " ")
}

// realName turns the address of Graph or of a SharePoint host under a local name into the real one, under which resources
// are known and named in aud. Everything else stays as it is.
func realName(tx *state.Tx, resource string) string {
	u, err := url.Parse(resource)
	if err != nil || u.Host == "" {
		return resource
	}
	p, ok := links.Resolve(u.Scheme, u.Host, publicHost(tx))
	if !ok || !p.Origin.Local() {
		return resource
	}
	switch p.Service {
	case links.Graph:
		return links.Origin{}.Graph() + u.Path
	case links.SharePoint:
		return links.Origin{}.SharePoint(p.Prefix, p.Host) + u.Path
	case links.None, links.Login, links.Invitations, links.Live, links.DeviceLogin:
	}
	return resource
}

func publicHost(tx *state.Tx) string {
	u, err := url.Parse(tx.World().PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// ParseEach is ParseScopes for the authorize endpoint, where people may consent to several APIs at once; tokens are for
// one of them each. The scopes of OpenID Connect go with all of them.
func ParseEach(text string) ([]Scopes, error) {
	var shared []string
	var resources []string
	words := map[string][]string{}
	for word := range strings.FieldsSeq(text) {
		if containsFold([]string{openID, profileScope, emailScope, offlineAccess}, word) {
			shared = append(shared, word)
			continue
		}
		resource, _ := cutScope(word)
		i := slices.IndexFunc(resources, func(r string) bool { return sameResource(r, resource) })
		if i < 0 {
			i = len(resources)
			resources = append(resources, resource)
		}
		words[resources[i]] = append(words[resources[i]], word)
	}
	if len(resources) == 0 {
		s, err := ParseScopes(text)
		return []Scopes{s}, err
	}
	out := make([]Scopes, 0, len(resources))
	for _, r := range resources {
		s, err := ParseScopes(strings.Join(append(words[r], shared...), " "))
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
