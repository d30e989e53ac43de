package graphapi

import (
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireVersion is a driveItemVersion.
type wireVersion struct {
	DownloadURL string           `json:"@microsoft.graph.downloadUrl,omitempty"`
	ID          string           `json:"id"`
	Modified    time.Time        `json:"lastModifiedDateTime"`
	ModifiedBy  *wireIdentitySet `json:"lastModifiedBy"`
	Size        int64            `json:"size"`
}

// versionAt is a version of the item that the path names.
type versionAt struct {
	drive.Place
	version state.Version
}

func versionNodes() []node {
	return []node{
		{Name: "versions", Key: key{Of: "version", Resolve: versionByID}, Operations: []operation{
			reading(operation{Name: "versions.list", Method: "GET", Source: "GD:api/driveitem-list-versions", Handler: listVersions}),
		}},
		{Name: "version", Operations: []operation{
			reading(operation{Name: "version.get", Method: "GET", Source: "GD:api/driveitemversion-get", Handler: getVersion}),
			reading(operation{Name: "version.content", Method: "GET", Segment: "content", Source: "GD:api/driveitemversion-get-contents", Handler: getVersionContent}),
			writing(operation{Name: "version.restore", Method: "POST", Segment: "restoreVersion", Source: "GD:api/driveitemversion-restore", Handler: restoreVersion}),
			writing(operation{Name: "version.delete", Method: "DELETE", Source: "sharepoint.md 5", Handler: deleteVersion}),
		}},
	}
}

// versionByID takes "2.0", and "current" for the present one.
func versionByID(_ *request, item any, k odata.Predicate) (any, error) {
	p, _ := item.(drive.Place)
	whole, _, _ := strings.Cut(k.Text(), ".")
	n, err := strconv.Atoi(whole)
	if strings.EqualFold(whole, "current") {
		n, err = p.Item.Version, nil
	}
	if err != nil || p.Item.Kind != state.File {
		return nil, problem.For(problem.NotFound, problem.ItemNotFound, k.Text(), "The version does not exist.")
	}
	v, err := drive.FindVersion(p.Item, n)
	if err != nil {
		return nil, err
	}
	return versionAt{p, v}, nil
}

// onVersion is the version that a call works on, if the caller may do that with the file.
func (r *request) onVersion(call *odata.Call, role state.Role) (versionAt, error) {
	v, _ := call.Value.(versionAt)
	file := *call
	file.Value = v.Place
	_, err := r.allowed(&file, role)
	return v, err
}

func (w *itemWriter) version(i state.Item, v state.Version) wireVersion {
	wire := wireVersion{ID: decimal(v.Number) + ".0", Modified: v.ModifiedAt, ModifiedBy: identitySet(v.ModifiedBy), Size: v.Content.Size}
	if v.Number != i.Version {
		wire.DownloadURL = w.download(&i, v.Number)
	}
	return wire
}

func (r *request) versions(p drive.Place) []wireVersion {
	rows := []wireVersion{}
	if p.Item.Kind != state.File {
		return rows
	}
	w := r.writer(p.Site, p.List)
	for _, v := range drive.Versions(p.Item) {
		rows = append(rows, w.version(p.Item, v))
	}
	return rows
}

func listVersions(r *request, call *odata.Call) (any, error) {
	p, err := r.readable(call)
	if err != nil {
		return nil, err
	}
	return collection(call, "Collection(driveItemVersion)", r.versions(p)), nil
}

func getVersion(r *request, call *odata.Call) (any, error) {
	v, err := r.onVersion(call, state.RoleRead)
	if err != nil {
		return nil, err
	}
	return entity(call, "drives('"+drive.DriveID(v.Site, v.List)+"')/items('"+drive.ItemID(v.List, v.Item)+"')/versions",
		r.writer(v.Site, v.List).version(v.Item, v.version)), nil
}

func getVersionContent(r *request, call *odata.Call) (any, error) {
	v, err := r.onVersion(call, state.RoleRead)
	if err != nil {
		return nil, err
	}
	if err := sharing.RequireContent(r.tx, r.caller, v.Place); err != nil {
		return nil, err
	}
	return redirect(r.writer(v.Site, v.List).download(&v.Item, v.version.Number)), nil
}

func restoreVersion(r *request, call *odata.Call) (any, error) {
	v, err := r.onVersion(call, state.RoleWrite)
	if err != nil {
		return nil, err
	}
	if _, err := drive.RestoreVersion(r.tx, v.Item, v.version.Number, r.caller.Actor()); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func deleteVersion(r *request, call *odata.Call) (any, error) {
	v, err := r.onVersion(call, state.RoleWrite)
	if err != nil {
		return nil, err
	}
	if err := drive.DeleteVersion(r.tx, v.Item, v.version.Number); err != nil {
		return nil, err
	}
	return noContent(), nil
}
