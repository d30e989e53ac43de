package spoapi

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/spoapi/csom"
)

// answered is a failure that is an answer of its own: the transaction is undone, what it says goes on the wire as it is.
type answered struct {
	encoded
	cause error
}

func (a answered) Error() string { return a.cause.Error() }
func (a answered) Unwrap() error { return a.cause }

// csomType is what ProcessQuery calls its answers.
const csomType = "application/json; charset=utf-8"

// processQuery answers {web}/_vti_bin/client.svc/ProcessQuery (sharepoint.md 6.1).
func processQuery(c *request) (any, error) {
	if err := c.permitted([]string{allSitesManage, allSitesFull}, []string{sitesManage, sitesFull, sitesSelected}); err != nil {
		return nil, err
	}
	h := csom.Header{LibraryVersion: libraryVersion, TraceID: c.tx.NewID()}
	var body []byte
	q, err := csom.Parse(bytes.NewReader(c.body))
	if err == nil {
		body, err = q.Run(&csomServer{request: c}, h)
	}
	if err == nil {
		return content{kind: csomType, reader: bytes.NewReader(body)}, nil
	}
	f := csomFault(err)
	if f.Type == serverError {
		return nil, err
	}
	return nil, answered{encoded{status: http.StatusOK, kind: csomType, body: h.Failure(f)}, err}
}

// The identifiers of classes (sharepoint.md 6.1).
const (
	typeTenant         = "268004ae-ef6b-4e9b-8425-127220d84719"
	typeOffice365      = "e45fd516-a408-4ca4-b6dc-268e2f1f0f83"
	typeRequestContext = "3747adcd-a3c3-41b9-bfab-4a64dd2f1e0a"
	typeSiteCreation   = "11f84fff-b8cf-47b6-8b50-34e692656606"
)

const (
	adminNamespace    = "Microsoft.Online.SharePoint.TenantAdministration."
	externalNamespace = "Microsoft.Online.SharePoint.TenantManagement."
)

// adminIdentity stands in front of the identities of administration objects.
const adminIdentity = "908bed80-a04a-4433-b4a0-883d9847d110:"

// webIdentity stands in front of those of sites and webs.
const webIdentity = "740c6a0b-85e2-48a0-a494-e0f1759d4aa7:"

// csomServer supplies the objects of ProcessQuery.
type csomServer struct{ *request }

// Construct makes the tenant, the manager of external users, or an object that is only a value.
func (s *csomServer) Construct(typeID string, _ []csom.Value) (*csom.Object, error) {
	switch typeID {
	case typeTenant:
		if err := s.requireAdmin(); err != nil {
			return nil, err
		}
		return s.tenantObject(), nil
	case typeOffice365:
		if err := s.requireAdmin(); err != nil {
			return nil, err
		}
		return s.office365Object(), nil
	}
	return nil, unknownType()
}

func unknownType() error {
	return &csom.Fault{Code: codeGeneral, Type: "Microsoft.SharePoint.Client.InvalidClientQueryException", Message: "The type of the object is not known here."}
}

// Static is SP.RequestContext.Current.
func (s *csomServer) Static(typeID, name string, args []csom.Value) (any, error) {
	if typeID == typeRequestContext && name == "Current" && args == nil {
		return s.contextObject(), nil
	}
	return nil, unknownType()
}

// Identify finds an object by its identity, whose escapes may be in either case.
func (s *csomServer) Identify(identity string) (*csom.Object, error) {
	if rest, ok := cutFold(identity, webIdentity); ok {
		if strings.Contains(strings.ToLower(rest), ":web:") {
			return s.webObject(s.site), nil
		}
		return s.siteObject(s.site), nil
	}
	rest, ok := cutFold(identity, adminIdentity+s.tenant.ID)
	if !ok {
		return nil, nil
	}
	if err := s.requireAdmin(); err != nil {
		return nil, err
	}
	parts := strings.Split(strings.TrimPrefix(strings.ReplaceAll(rest, "\r\n", "\n"), "\n"), "\n")
	switch kind := strings.ToLower(parts[0]); {
	case kind == "tenant":
		return s.tenantObject(), nil
	case kind == "siteproperties" && len(parts) > 1:
		site, err := s.siteByAddress(unescaped(parts[1]))
		if err != nil {
			return nil, err
		}
		return s.sitePropertiesObject(site), nil
	case kind == "spooperation" && len(parts) > 3:
		return s.operation(parts[1], unescaped(parts[3])), nil
	}
	return nil, nil
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

// requireAdmin fails unless somebody who administers SharePoint asks on the administration host.
func (c *request) requireAdmin() error {
	if c.host == links.Admin && (c.caller.AppOnly() || sharing.IsAdministrator(c.tx, c.caller)) {
		return nil
	}
	return problem.New(problem.Denied, problem.AccessDenied, deniedText)
}

// csomFault says a failure as ErrorInfo does.
func csomFault(err error) *csom.Fault {
	if f, ok := csom.AsFault(err); ok {
		return f
	}
	w, e := said(err)
	f := &csom.Fault{Code: w.code, Type: w.typ, Message: w.text, Err: err}
	switch {
	case e.Kind == problem.Internal:
		f.Type = serverError
	case e.Reason == problem.SiteNotFound:
		f.Code, f.Type = codeGeneral, "Microsoft.Online.SharePoint.Common.SpoNoSiteException"
		f.Message = "Cannot get site " + e.Target + "."
	case e.Reason == problem.UnknownProperty:
		f.Message = `Field or property "` + e.Target + `" does not exist.`
	case e.Kind == problem.Denied:
		f.Code, f.Type = codeDenied, unauthorized
	}
	return f
}

// contextObject is SP.RequestContext of the site.
func (s *csomServer) contextObject() *csom.Object {
	return &csom.Object{
		Type: "SP.RequestContext", Identity: adminIdentity + "context",
		Navigation: func(name string) (any, bool, error) {
			switch name {
			case "Site":
				return s.siteObject(s.site), true, nil
			case "Web":
				return s.webObject(s.site), true, nil
			}
			return nil, false, nil
		},
	}
}

// now is a site as the request has changed it so far.
func (c *request) now(site state.Site) state.Site {
	if s, ok := c.tx.Site(site.TenantID, site.ID); ok {
		return s
	}
	return site
}

// siteObject is SP.Site: its settings are set by the site's own people or by administrators.
func (s *csomServer) siteObject(site state.Site) *csom.Object {
	return &csom.Object{
		Type: "SP.Site", Identity: webIdentity + "site:" + site.ID,
		Current: func() []csom.Scalar {
			site := s.now(site)
			return []csom.Scalar{
				{Name: "Id", Value: csom.GUID(site.ID)},
				{Name: "Url", Value: s.webURL(site)},
				{Name: "ServerRelativeUrl", Value: webPath(site)},
				{Name: "GroupId", Value: csom.GUID(orText(site.GroupID, zeroGUID))},
				{Name: "ShareByEmailEnabled", Value: !site.Sharing.ShareByEmailDisabled},
				{Name: "ShareByLinkEnabled", Value: !site.Sharing.ShareByLinkDisabled},
				{Name: "Classification", Value: site.Sharing.Other["Classification"]},
				{Name: "ReadOnly", Value: false},
			}
		},
		Navigation: func(name string) (any, bool, error) { return s.webObject(site), name == "RootWeb", nil },
		Set:        func(name string, v csom.Value) error { return s.setSite(site, name, v) },
	}
}

// webObject is SP.Web.
func (s *csomServer) webObject(site state.Site) *csom.Object {
	return &csom.Object{
		Type: "SP.Web", Identity: webIdentity + "site:" + site.ID + ":web:" + site.WebID,
		Current: func() []csom.Scalar {
			site := s.now(site)
			return []csom.Scalar{
				{Name: "Id", Value: csom.GUID(site.WebID)},
				{Name: "Title", Value: site.Title},
				{Name: "Description", Value: site.Description},
				{Name: "Url", Value: s.webURL(site)},
				{Name: "ServerRelativeUrl", Value: webPath(site)},
				{Name: "MembersCanShare", Value: site.MembersCanShare},
				{Name: "RequestAccessEmail", Value: site.AccessRequestEmail},
				{Name: "Created", Value: site.CreatedAt},
				{Name: "Language", Value: site.LCID},
			}
		},
		Set:  func(name string, v csom.Value) error { return s.setSite(site, name, v) },
		Call: func(name string, _ []csom.Value) (any, bool, error) { return nil, name == "Update", nil },
	}
}

func (s *csomServer) setSite(site state.Site, name string, v csom.Value) error {
	return sharing.SetSite(s.tx, s.caller, site, map[string]any{name: v.Native()})
}
