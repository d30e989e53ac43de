package links

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// base is scheme and host of a service: real where the Origin is, else below its suffix.
func (o Origin) base(realName, localName string) string {
	if !o.Local() {
		return "https://" + realName
	}
	b := o.Scheme + "://" + localName + "." + o.Suffix
	if o.Port != "" {
		b += ":" + o.Port
	}
	return b
}

// Login is the address of the sign-in service, without a path.
func (o Origin) Login() string { return o.base("login.microsoftonline.com", "login") }

// Graph is the address of Microsoft Graph, without a path.
func (o Origin) Graph() string { return o.base("graph.microsoft.com", "graph") }

// Live is the address of the sign-in service of personal accounts.
func (o Origin) Live() string { return o.base("login.live.com", "live") }

// Invitations is the address behind redemption links.
func (o Origin) Invitations() string { return o.base("invitations.microsoft.com", "invitations") }

// DeviceLogin is where a person types a device code.
func (o Origin) DeviceLogin() string { return o.base("microsoft.com", "microsoft") + "/devicelogin" }

// SharePointHost is the host name, with the port of local names, of one of a tenant's SharePoint hosts.
func (o Origin) SharePointHost(prefix string, h SiteHost) string {
	_, host, _ := strings.Cut(o.SharePoint(prefix, h), "://")
	return host
}

// SharePoint is the address of one of a tenant's SharePoint hosts, without a path.
func (o Origin) SharePoint(prefix string, h SiteHost) string {
	switch h {
	case My:
		prefix += "-my"
	case Admin:
		prefix += "-admin"
	case Root:
	}
	return o.base(prefix+".sharepoint.com", prefix+".sharepoint")
}

// Site is the address of a site. path is server-relative; that of the root site is "/".
func (o Origin) Site(prefix string, personal bool, path string) string {
	h := Root
	if personal {
		h = My
	}
	return o.SharePoint(prefix, h) + EscapePath(strings.TrimSuffix(path, "/"))
}

// EscapePath percent-encodes a path as SharePoint writes it: blanks and reserved characters, slashes stay.
func EscapePath(path string) string {
	if path == "" {
		return ""
	}
	return (&url.URL{Path: path}).EscapedPath()
}

// Redeem is the address in an Entra B2B invitation (identity.md 5.1): the sign-in service's, around the invitations host's,
// lower-case escapes, the ticket escaped twice.
func (o Origin) Redeem(tenantID, invitationID, ticket string) string {
	inner := o.Invitations() + "/redeem/?tenant=" + tenantID + "&user=" + invitationID +
		"&ticket=" + lowerEscape(ticket) + "&ver=2.0"
	return o.Login() + "/redeem?rd=" + lowerEscape(inner)
}

// lowerEscape is url.QueryEscape with the lower-case hex digits that the service writes.
func lowerEscape(s string) string {
	e := []byte(url.QueryEscape(s))
	for i := range e {
		if e[i] == '%' {
			for j := i + 1; j <= i+2; j++ {
				if e[j] >= 'A' && e[j] <= 'F' {
					e[j] += 'a' - 'A'
				}
			}
		}
	}
	return string(e)
}

// AcceptInvitation is the address in an invitation of the SharePoint manager (sharepoint.md 7.1). site is a site's address.
func AcceptInvitation(site, id string) string {
	return site + "/_layouts/15/acceptinvite.aspx?invitation=%7B" + strings.ToUpper(id) + "%7D"
}

// SharingLink is the address of a sharing link: {host}/:{letter}:/{s or g}/{site}/{token} (sharepoint.md 3.4). Of the
// path "/sites/x" the last part is kept, of "/personal/x" both; the root site has none.
func (o Origin) SharingLink(prefix string, personal bool, sitePath, letter, token string) string {
	host, scope := o.SharePoint(prefix, Root), "s"
	name := strings.Trim(sitePath, "/")
	switch {
	case personal:
		host, scope = o.SharePoint(prefix, My), "g"
	case name == "":
		scope = "g"
	case strings.HasPrefix(name, "teams/"):
		name, scope = strings.TrimPrefix(name, "teams/"), "t"
	default:
		name = strings.TrimPrefix(name, "sites/")
	}
	if name != "" {
		name = EscapePath("/" + name)
	}
	return host + "/:" + letter + ":/" + scope + name + "/" + token
}

// Token returns the token in the path of a sharing link: /:f:/s/project-x/TOKEN, also with an /r/ redirect form.
func Token(path string) (token string, ok bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) < 3 || len(parts[0]) < 3 || parts[0][0] != ':' || parts[0][len(parts[0])-1] != ':' {
		return "", false
	}
	return parts[len(parts)-1], true
}

// Letter is the letter in a sharing link, by the kind of file (sharepoint.md 3.4); folder links have "f".
func Letter(name string, folder bool) string {
	if folder {
		return "f"
	}
	dot := strings.LastIndexByte(name, '.')
	switch strings.ToLower(name[dot+1:]) {
	case "doc", "docx", "docm", "dotx", "odt", "rtf":
		return "w"
	case "xls", "xlsx", "xlsm", "csv", "ods":
		return "x"
	case "ppt", "pptx", "pptm", "odp":
		return "p"
	case "pdf":
		return "b"
	case "one", "onetoc2":
		return "o"
	case "mp4", "mov", "avi", "mkv", "webm", "mp3", "wav":
		return "v"
	case "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "svg", "webp":
		return "i"
	case "txt", "md", "log", "json", "xml", "yaml", "yml":
		return "t"
	}
	return "u"
}

// ShareID encodes an address as the token that /shares/ takes: u! and base64url without padding.
func ShareID(address string) string {
	return "u!" + base64.RawURLEncoding.EncodeToString([]byte(address))
}

// ParseShareID decodes the u! form.
func ParseShareID(id string) (address string, ok bool) {
	raw, found := strings.CutPrefix(id, "u!")
	if !found {
		return "", false
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(raw, "="))
	if err != nil {
		return "", false
	}
	return string(b), true
}

// Kind is what an address that we handed out is for.
type Kind int

// The kinds of address.
const (
	Other            Kind = iota
	B2BRedemption         // an Entra invitation
	SharePointInvite      // an invitation of the SharePoint manager
	SharingLinkURL        // a sharing link
	PlaceURL              // a site, library, folder or file by its own address
)

// Followed is an address taken apart.
type Followed struct {
	Kind Kind
	// Place is the host's meaning.
	Place Place
	// Tenant, ID and Ticket are those of an Entra invitation; ID also that of SharePoint's.
	Tenant, ID, Ticket string
	// Token is that of a sharing link.
	Token string
	// Path is the decoded path.
	Path string
}

// Follow takes an address that we handed out apart, in any of its forms; public is as for [Resolve]. ok is false for a
// host that is not emulated.
func Follow(address, public string) (f Followed, ok bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return Followed{}, false
	}
	p, ok := Resolve(u.Scheme, u.Host, public)
	if !ok {
		return Followed{}, false
	}
	f = Followed{Place: p, Path: u.Path}
	q := u.Query()
	switch path := strings.ToLower(u.Path); {
	case p.Service == Login && strings.TrimSuffix(path, "/") == "/redeem" && q.Get("rd") != "":
		if inner, ok := Follow(q.Get("rd"), public); ok && inner.Kind == B2BRedemption {
			return inner, true
		}
	case p.Service == Invitations && strings.TrimSuffix(path, "/") == "/redeem":
		f.Kind, f.Tenant, f.ID, f.Ticket = B2BRedemption, q.Get("tenant"), q.Get("user"), q.Get("ticket")
	case p.Service != SharePoint:
	case strings.HasSuffix(path, "/_layouts/15/acceptinvite.aspx"):
		f.Kind, f.ID = SharePointInvite, strings.ToLower(strings.Trim(q.Get("invitation"), "{}"))
	case strings.HasSuffix(path, "/_layouts/15/guestaccess.aspx") && (q.Get("share") != "" || q.Get("guestaccesstoken") != ""):
		f.Kind, f.Token = SharingLinkURL, q.Get("share")+q.Get("guestaccesstoken")
	default:
		if token, ok := Token(u.Path); ok {
			f.Kind, f.Token = SharingLinkURL, token
		} else {
			f.Kind, f.Path = PlaceURL, shownPath(path, u.Path, q)
		}
	}
	return f, true
}

// shownPath is the path of what a page shows: a library's AllItems.aspx and a OneDrive's onedrive.aspx have the folder or
// file in their query.
func shownPath(lower, path string, q url.Values) string {
	if !strings.HasSuffix(lower, ".aspx") {
		return path
	}
	for _, name := range []string{"id", "RootFolder"} {
		if at := q.Get(name); strings.HasPrefix(at, "/") {
			return at
		}
	}
	return path
}

// At is an address that we handed out as a client of another origin reaches it: the same place by o's names. ok is false
// for a host that is not emulated; public is as for [Resolve].
func (o Origin) At(address, public string) (moved string, ok bool) {
	f, ok := Follow(address, public)
	if !ok {
		return "", false
	}
	if f.Kind == B2BRedemption {
		return o.Redeem(f.Tenant, f.ID, f.Ticket), true
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return "", false
	}
	rest := u.RequestURI()
	if u.Fragment != "" {
		rest += "#" + u.EscapedFragment()
	}
	switch f.Place.Service {
	case Login:
		return o.Login() + rest, true
	case Graph:
		return o.Graph() + rest, true
	case SharePoint:
		return o.SharePoint(f.Place.Prefix, f.Place.Host) + rest, true
	case Invitations:
		return o.Invitations() + rest, true
	case Live:
		return o.Live() + rest, true
	case DeviceLogin, None:
	}
	return "", false
}
