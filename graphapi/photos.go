package graphapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/gif"  // the formats of photos
	_ "image/jpeg" // as above
	_ "image/png"  // as above
	"net/http"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wirePhoto tells of a photo without showing it.
type wirePhoto struct {
	MediaContentType string `json:"@odata.mediaContentType"`
	MediaETag        string `json:"@odata.mediaEtag"`
	ID               string `json:"id"`
	Height           int    `json:"height"`
	Width            int    `json:"width"`
}

// photo is the place of a person's photo.
type photo struct{ user state.User }

// photoNodes are the photo of a user.
func photoNodes() []node {
	read, write := append(readSelf(), "ProfilePhoto.Read.All", "ProfilePhoto.ReadWrite.All"), append(writeUsers(), "User.ReadWrite", "ProfilePhoto.ReadWrite.All")
	return []node{
		{Name: "user", Children: []child{{
			Name: "photo", Of: "profilePhoto",
			Resolve: func(_ *request, u any, _ odata.Args) (any, error) { return photo{u.(state.User)}, nil },
		}}},
		{
			Name: "profilePhoto",
			Operations: []operation{
				{
					Name: "profilePhoto.get", Method: "GET", Handler: getPhoto, Source: "GD:api/profilephoto-get",
					Delegated: read, Application: read,
				},
				{
					Name: "profilePhoto.value", Method: "GET", Segment: "$value", Handler: getPhotoValue, Source: "GD:api/profilephoto-get",
					Delegated: read, Application: read,
				},
				{
					Name: "profilePhoto.put", Method: "PUT", Segment: "$value", Handler: putPhoto, Source: "GD:api/profilephoto-update",
					Delegated: write, Application: write,
				},
				{
					Name: "profilePhoto.patch", Method: "PATCH", Segment: "$value", Handler: putPhoto, Source: "GD:api/profilephoto-update",
					Delegated: write, Application: write,
				},
				{
					Name: "profilePhoto.delete", Method: "DELETE", Handler: deletePhoto, Source: "GDC:api/profilephoto-delete",
					Delegated: write, Application: write,
				},
			},
		},
	}
}

// photoOf is the user with his photo. It fails with ItemNotFound, which for photos is ImageNotFound on the wire.
func (r *request) photoOf(call *odata.Call) (state.User, error) {
	u, err := r.see(call.Value.(photo).user)
	if err != nil {
		return u, err
	}
	if len(u.Photo) == 0 {
		return u, problem.For(problem.NotFound, problem.ItemNotFound, "photo", "The photo wasn't found.")
	}
	return u, nil
}

func photoTag(u state.User) string {
	sum := sha256.Sum256(u.Photo)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

func getPhoto(r *request, call *odata.Call) (any, error) {
	u, err := r.photoOf(call)
	if err != nil {
		return nil, err
	}
	w := wirePhoto{MediaContentType: http.DetectContentType(u.Photo), MediaETag: "W/" + photoTag(u)}
	if c, _, err := image.DecodeConfig(bytes.NewReader(u.Photo)); err == nil {
		w.Height, w.Width = c.Height, c.Width
	}
	w.ID = fmt.Sprintf("%dx%d", w.Width, w.Height)
	return entity(call, "users('"+u.ID+"')/photo", w), nil
}

func getPhotoValue(r *request, call *odata.Call) (any, error) {
	u, err := r.photoOf(call)
	if err != nil {
		return nil, err
	}
	return raw(http.DetectContentType(u.Photo), u.Photo).tag(photoTag(u)), nil
}

// setPhoto stores another photo, or none.
func (r *request) setPhoto(call *odata.Call, content []byte) (any, error) {
	u := call.Value.(photo).user
	if u.ID != r.caller.User.ID {
		if err := directory.MayManageUsers(r.tx, r.caller, u); err != nil {
			return nil, err
		}
	}
	u.Photo = content
	if _, err := directory.UpdateUser(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	return noContent(), nil
}

func putPhoto(r *request, call *odata.Call) (any, error) {
	const most = 4 << 20
	switch {
	case len(r.body) > most:
		return nil, problem.New(problem.TooLarge, problem.LimitExceeded, "The photo is larger than 4 MB.")
	case len(r.body) == 0 || http.DetectContentType(r.body)[:6] != "image/":
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "photo", "The body is no image.")
	}
	a, err := r.setPhoto(call, r.body)
	if err != nil {
		return nil, err
	}
	if r.http.Method == http.MethodPut {
		return noContent().as(http.StatusOK), nil
	}
	return a, nil
}

func deletePhoto(r *request, call *odata.Call) (any, error) { return r.setPhoto(call, nil) }
