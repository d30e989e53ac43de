package graphapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// missing parts the path of something that is not there yet into the folder above it and its name. Folders on the way
// come into being. An id that leads nowhere names no new item.
func (r *request) missing(call *odata.Call) (parent drive.Place, name string, err error) {
	p, ok := call.Value.(drive.Place)
	if !ok {
		return p, "", problem.For(problem.NotFound, problem.ItemNotFound, strings.TrimPrefix(call.Missing, "/"), "The resource could not be found.")
	}
	path := strings.Trim(call.Missing, "/")
	slash := strings.LastIndexByte(path, '/')
	name = path[slash+1:]
	above := ""
	if slash > 0 {
		above = path[:slash]
	}
	for step := range strings.SplitSeq(above, "/") {
		next, err := drive.ByPath(r.tx, p.List, p.Item, step)
		if problem.KindOf(err) == problem.NotFound {
			if err = sharing.Require(r.tx, r.caller, p, state.RoleWrite); err != nil {
				return p, "", err
			}
			next, err = drive.AddFolder(r.tx, p.List, p.Item, step, drive.Fail, r.caller.Actor())
		}
		if err != nil {
			return p, "", err
		}
		p.Item = next
	}
	return p, name, sharing.Require(r.tx, r.caller, p, state.RoleWrite)
}

func putContent(r *request, call *odata.Call) (any, error) {
	conflict, err := r.conflict(call, itemBody{})
	if err != nil {
		return nil, err
	}
	spec := drive.FileSpec{
		Content: r.content.Content(), Conflict: conflict, IfMatch: r.http.Header.Get("If-Match"), By: r.caller.Actor(),
	}
	var p drive.Place
	made := false
	switch {
	case call.Missing != "":
		if p, spec.Name, err = r.missing(call); err != nil {
			return nil, err
		}
		p.Item, made, err = drive.PutFile(r.tx, p.List, p.Item, spec)
	case conflict == "" || conflict == drive.Replace:
		if p, err = r.writable(call); err != nil {
			return nil, err
		}
		p.Item, err = drive.ReplaceContent(r.tx, p.Item, spec)
	default:
		if p, err = r.writable(call); err != nil {
			return nil, err
		}
		spec.Name = p.Item.Name
		parent, _ := drive.Parent(r.tx, p.Item)
		p.Item, made, err = drive.PutFile(r.tx, p.List, parent, spec)
	}
	if err != nil {
		return nil, err
	}
	a := r.itemReply(call, p)
	if made {
		a.as(http.StatusCreated)
	}
	return a, nil
}

func getContent(r *request, call *odata.Call) (any, error) {
	p, err := r.readable(call)
	if err != nil {
		return nil, err
	}
	if p.Item.Kind != state.File {
		return nil, problem.For(problem.Invalid, problem.NotAFile, p.Item.Name, "You cannot get content for a folder")
	}
	if err := sharing.RequireContent(r.tx, r.caller, p); err != nil {
		return nil, err
	}
	if err := r.match(drive.ETag(p.Item), drive.CTag(p.Item)); err != nil {
		return nil, err
	}
	return redirect(r.writer(p.Site, p.List).download(&p.Item, 0)), nil
}

// addressNodes are the addresses that need no token: downloads, upload sessions, monitors. They are on SharePoint hosts.
func addressNodes() []node {
	secretOnly := []string{secretAddress}
	return []node{
		{Name: rootNode, Children: []child{
			{Name: "downloads", Of: "downloads", Resolve: onSharePoint},
			{Name: "uploadSessions", Of: "uploadSessions", Resolve: onSharePoint},
			{Name: "monitors", Of: "monitors", Resolve: onSharePoint},
		}},
		{Name: "downloads", Key: key{Of: "download", Name: "name", Resolve: keyText}},
		{Name: "download", Operations: []operation{
			{Name: "download.get", Method: "GET", Delegated: secretOnly, Source: "GD:api/driveitem-get-content", Handler: getDownload},
			{Name: "download.thumbnail", Method: "GET", Segment: "thumbnail", Delegated: secretOnly, Source: "GD:api/driveitem-list-thumbnails", Handler: getThumbnail},
		}},
		{Name: "uploadSessions", Key: key{Of: "uploadSession", Resolve: keyText}},
		{Name: "uploadSession", Operations: []operation{
			{Name: "uploadSession.put", Method: "PUT", Delegated: secretOnly, Source: "GD:api/driveitem-createuploadsession", Handler: putRange},
			{Name: "uploadSession.get", Method: "GET", Delegated: secretOnly, Source: "GD:api/driveitem-createuploadsession", Handler: getSession},
			{Name: "uploadSession.post", Method: "POST", Delegated: secretOnly, Source: "GD:api/driveitem-createuploadsession", Handler: commitSession},
			{Name: "uploadSession.delete", Method: "DELETE", Delegated: secretOnly, Source: "GD:api/driveitem-createuploadsession", Handler: deleteSession},
		}},
		{Name: "monitors", Key: key{Of: "monitor", Resolve: keyText}},
		{Name: "monitor", Operations: []operation{
			{Name: "monitor.get", Method: "GET", Delegated: secretOnly, Source: "OD:concepts/long-running-actions", Handler: getMonitor},
		}},
	}
}

// onSharePoint is where the secret addresses are; Graph's own host has no such segments.
func onSharePoint(r *request, _ any, _ odata.Args) (any, error) {
	if !r.sharePoint() {
		return nil, problem.For(problem.NotFound, problem.UnknownSegment, "downloads", "Resource not found.")
	}
	return nil, nil
}

func keyText(_ *request, _ any, k odata.Predicate) (any, error) { return k.Text(), nil }

// ticket is what the download address of a call is for.
func (r *request) ticket(call *odata.Call) (state.Item, error) {
	l, i, err := drive.Redeem(r.tx, call.Query.Custom.Get("tempauth"))
	if err == nil && l.TenantID != r.tenant.ID {
		err = problem.New(problem.Unauthenticated, problem.BadToken, "The download address is not valid.")
	}
	return i, err
}

func getDownload(r *request, call *odata.Call) (any, error) {
	i, err := r.ticket(call)
	if err != nil {
		return nil, err
	}
	a := download(i.MimeType, i.Name, drive.CTag(i), i.FSModifiedAt, drive.ContentReader(i.Content, 0))
	return a.with("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(i.Name)), nil
}

type wireSession struct {
	UploadURL string    `json:"uploadUrl,omitempty"`
	Expires   time.Time `json:"expirationDateTime"`
	Expected  []string  `json:"nextExpectedRanges"`
}

type sessionBody struct {
	Item        itemBody `json:"item"`
	DeferCommit bool     `json:"deferCommit"`
}

func createSession(r *request, call *odata.Call) (any, error) {
	var b sessionBody
	if r.hasBody() {
		if err := r.decodeOpen(&b); err != nil {
			return nil, err
		}
	}
	spec := drive.UploadSpec{Size: -1, DeferCommit: b.DeferCommit, IfMatch: r.http.Header.Get("If-Match"), By: r.caller.Actor()}
	if b.Item.Size != nil {
		spec.Size = *b.Item.Size
	}
	if b.Item.Description != nil {
		spec.Description = *b.Item.Description
	}
	spec.FSCreatedAt, spec.FSModifiedAt = b.Item.times()
	var err error
	if spec.Conflict, err = r.conflict(call, b.Item); err != nil {
		return nil, err
	}
	var p drive.Place
	if call.Missing != "" {
		if p, spec.Name, err = r.missing(call); err != nil {
			return nil, err
		}
	} else {
		if p, err = r.writable(call); err != nil {
			return nil, err
		}
		if p.Item.Kind != state.File {
			return nil, problem.For(problem.Invalid, problem.NotAFile, p.Item.Name, "The item is not a file.")
		}
		spec.Name = p.Item.Name
		p.Item, _ = drive.Parent(r.tx, p.Item)
	}
	spec.Parent = p.Item
	u, err := drive.StartUpload(r.tx, p.List, spec)
	if err != nil {
		return nil, err
	}
	w := r.writer(p.Site, p.List)
	return object("microsoft.graph.uploadSession", wireSession{r.origin.Upload(w.prefix, w.host, u.ID), u.ExpiresAt, drive.Expected(u)}), nil
}

// session is the upload session of the call's address.
func (r *request) session(call *odata.Call) (state.UploadSession, error) {
	id, _ := call.Value.(string)
	u, err := drive.FindUpload(r.tx, id)
	if err == nil && u.TenantID != r.tenant.ID {
		err = problem.New(problem.NotFound, problem.SessionNotFound, "The upload session was not found")
	}
	return u, err
}

// contentRange checks "bytes 0-25/128" against the length of what was sent; total is -1 for "*". Without the header the
// body is the whole file.
func contentRange(h string, length int64) (total int64, err error) {
	if h == "" {
		return length, nil
	}
	bad := problem.For(problem.Invalid, problem.InvalidProperty, "Content-Range", "The Content-Range header is malformed.")
	span, size, ok := strings.Cut(strings.TrimPrefix(h, "bytes "), "/")
	first, last, dash := strings.Cut(span, "-")
	if !ok || !dash || !strings.HasPrefix(h, "bytes ") {
		return 0, bad
	}
	total = -1
	if size != "*" {
		if total, err = strconv.ParseInt(size, 10, 64); err != nil || total < 0 {
			return 0, bad
		}
	}
	from, err := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	if err != nil || err2 != nil || from < 0 || to < from {
		return 0, bad
	}
	if to-from+1 != length {
		return 0, problem.For(problem.Invalid, problem.InvalidProperty, "Content-Range", "The Content-Range header length does not match the provided number of bytes.")
	}
	return total, nil
}

// firstByte is where the range of a Content-Range header begins; 0 for none that [contentRange] takes.
func firstByte(h string) int64 {
	first, _, _ := strings.Cut(strings.TrimPrefix(h, "bytes "), "-")
	n, err := strconv.ParseInt(first, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func putRange(r *request, call *odata.Call) (any, error) {
	u, err := r.session(call)
	if err != nil {
		return nil, err
	}
	total, err := contentRange(r.http.Header.Get("Content-Range"), r.content.Size)
	if err != nil {
		return nil, err
	}
	u, err = drive.Append(r.tx, u, r.content, total)
	if err != nil {
		return nil, err
	}
	if !u.Complete || u.DeferCommit {
		return object("", wireSession{Expires: u.ExpiresAt, Expected: drive.Expected(u)}).as(http.StatusAccepted), nil
	}
	return r.commit(call, u)
}

func (r *request) commit(call *odata.Call, u state.UploadSession) (any, error) {
	l, i, made, err := drive.Commit(r.tx, u)
	if err != nil {
		return nil, err
	}
	s, err := drive.FindSite(r.tx, l.TenantID, l.SiteID)
	if err != nil {
		return nil, err
	}
	a := r.itemReply(call, drive.Place{Site: s, List: l, Item: i})
	if made {
		a.as(http.StatusCreated)
	}
	return a, nil
}

func getSession(r *request, call *odata.Call) (any, error) {
	u, err := r.session(call)
	if err != nil {
		return nil, err
	}
	return object("", wireSession{Expires: u.ExpiresAt, Expected: drive.Expected(u)}), nil
}

func commitSession(r *request, call *odata.Call) (any, error) {
	u, err := r.session(call)
	if err != nil {
		return nil, err
	}
	return r.commit(call, u)
}

func deleteSession(r *request, call *odata.Call) (any, error) {
	u, err := r.session(call)
	if err != nil {
		return nil, err
	}
	drive.CancelUpload(r.tx, u)
	return noContent(), nil
}

// wireMonitor is the state of a long-running action, with the members of all its documented forms.
type wireMonitor struct {
	ID         string        `json:"id,omitempty"`
	Created    *time.Time    `json:"createdDateTime,omitempty"`
	LastAction *time.Time    `json:"lastActionDateTime,omitempty"`
	Operation  string        `json:"operation"`
	Percentage float64       `json:"percentageComplete"`
	Percent    float64       `json:"percentComplete"`
	ResourceID string        `json:"resourceId,omitempty"`
	Resource   string        `json:"resourceLocation,omitempty"`
	Status     string        `json:"status"`
	Error      *monitorError `json:"error,omitempty"`
}

type monitorError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func getMonitor(r *request, call *odata.Call) (any, error) {
	id, _ := call.Value.(string)
	o, err := drive.FindOperation(r.tx, id)
	if err != nil {
		return nil, err
	}
	if o.TenantID != r.tenant.ID {
		return nil, problem.New(problem.NotFound, problem.ItemNotFound, "The operation does not exist.")
	}
	v := wireMonitor{ID: o.ID, Created: &o.CreatedAt, LastAction: &o.DoneAt, Operation: o.Kind, Status: o.Status}
	l, ok := r.tx.List(o.TenantID, o.ListID)
	if !ok || o.Status != "completed" {
		v.Error = &monitorError{o.ErrorCode, o.ErrorMessage}
		return object("", v), nil
	}
	v.Percentage, v.Percent, v.ResourceID = 100, 100, drive.ItemID(l, state.Item{ID: o.ItemID})
	if s, ok := r.tx.Site(l.TenantID, l.SiteID); ok {
		v.Resource = r.origin.Graph() + "/v1.0/drives/" + drive.DriveID(s, l) + "/items/" + v.ResourceID
	}
	return object("", v), nil
}
