package links

import (
	"context"
	"maps"
	"net"
	"slices"
	"strings"
)

// Service is what a host name stands for.
type Service int

// The services.
const (
	None        Service = iota
	Login               // login.microsoftonline.com and its aliases
	Graph               // graph.microsoft.com
	SharePoint          // {prefix}.sharepoint.com, -my and -admin
	Invitations         // invitations.microsoft.com
	Live                // login.live.com: personal accounts
	DeviceLogin         // microsoft.com, for /devicelogin only
)

// SiteHost tells a tenant's three SharePoint hosts apart.
type SiteHost int

// The hosts of a tenant.
const (
	Root  SiteHost = iota // contoso.sharepoint.com
	My                    // contoso-my.sharepoint.com: OneDrive
	Admin                 // contoso-admin.sharepoint.com
)

// Place is what the host of a request means.
type Place struct {
	Service Service
	Prefix  string // SharePoint: the tenant's prefix, lower case
	Host    SiteHost
	// Name is the host as the client wrote it, lower case, without port.
	Name   string
	Origin Origin
}

// Origin is the way a client came. The zero value is the real names over https.
type Origin struct {
	Scheme string // of local names: http or https
	Suffix string // of local names: localhost, or the host of --public-url; "" for the real names
	Port   string // of local names, "" for the scheme's own
}

// Local tells whether the client came by local names.
func (o Origin) Local() bool { return o.Suffix != "" }

//nolint:gochecknoglobals // a constant table
var realNames = map[string]Service{
	"login.microsoftonline.com": Login,
	"login.windows.net":         Login,
	"login.microsoft.com":       Login,
	"sts.windows.net":           Login,
	"graph.microsoft.com":       Graph,
	"invitations.microsoft.com": Invitations,
	"login.live.com":            Live,
	"microsoft.com":             DeviceLogin,
	"www.microsoft.com":         DeviceLogin,
}

// RealNames are the real hosts of the services, without SharePoint's, which are the tenants'. They come in no order.
func RealNames() []string { return slices.Collect(maps.Keys(realNames)) }

//nolint:gochecknoglobals // a constant table
var localNames = map[string]Service{
	"login":       Login,
	"graph":       Graph,
	"invitations": Invitations,
	"live":        Live,
	"microsoft":   DeviceLogin,
}

const (
	realSites  = ".sharepoint.com"
	localSites = ".sharepoint."
)

// Resolve says what a request's scheme and Host mean. public is the host of --public-url, under which local names are
// served as well as under localhost; it may be empty. ok is false for a host that is not emulated.
func Resolve(scheme, host, public string) (p Place, ok bool) {
	name, port := split(host)
	if s := realNames[name]; s != None {
		return Place{Service: s, Name: name}, true
	}
	if label, found := strings.CutSuffix(name, realSites); found {
		return site(label, name, Origin{})
	}
	for _, suffix := range []string{"localhost", strings.ToLower(public)} {
		if suffix == "" || !strings.HasSuffix(name, "."+suffix) {
			continue
		}
		label := strings.TrimSuffix(name, "."+suffix)
		o := Origin{Scheme: scheme, Suffix: suffix, Port: port}
		if s := localNames[label]; s != None {
			return Place{Service: s, Name: name, Origin: o}, true
		}
		if label, found := strings.CutSuffix(label, strings.TrimSuffix(localSites, ".")); found {
			return site(label, name, o)
		}
	}
	return Place{}, false
}

func site(label, name string, o Origin) (Place, bool) {
	if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || label == "" {
		return Place{}, false // no name of a host: two dots, a second port
	}
	p := Place{Service: SharePoint, Prefix: label, Name: name, Origin: o}
	if prefix, ok := strings.CutSuffix(label, "-my"); ok {
		p.Prefix, p.Host = prefix, My
	} else if prefix, ok := strings.CutSuffix(label, "-admin"); ok {
		p.Prefix, p.Host = prefix, Admin
	}
	if p.Prefix == "" {
		return Place{}, false
	}
	return p, true
}

func split(host string) (name, port string) {
	host = strings.ToLower(host)
	if n, p, err := net.SplitHostPort(host); err == nil {
		return strings.TrimSuffix(n, "."), p
	}
	return strings.TrimSuffix(host, "."), ""
}

type contextKey struct{}

// NewContext returns a context for a request that came to that place.
func NewContext(ctx context.Context, p Place) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// FromContext returns the place of a request; the zero Place where the front door set none.
func FromContext(ctx context.Context) Place {
	p, _ := ctx.Value(contextKey{}).(Place)
	return p
}

// Surface is the service's name in journals, logs, metrics and spans: login, graph or sharepoint; "" for none.
func (s Service) Surface() string {
	switch s {
	case Login, Live, Invitations, DeviceLogin:
		return "login"
	case Graph:
		return "graph"
	case SharePoint:
		return "sharepoint"
	case None:
	}
	return ""
}

// RealName is the real host of the service, also where the client came by a local name or by an alias.
func (p Place) RealName() string {
	var o Origin // of the real names
	address := ""
	switch p.Service {
	case Login:
		address = o.Login()
	case Graph:
		address = o.Graph()
	case SharePoint:
		return o.SharePointHost(p.Prefix, p.Host)
	case Invitations:
		address = o.Invitations()
	case Live:
		address = o.Live()
	case DeviceLogin, None:
		return p.Name
	}
	return strings.TrimPrefix(address, "https://")
}
