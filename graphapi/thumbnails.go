package graphapi

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"strconv"
	"strings"

	// The formats that are understood.
	_ "image/gif"
	_ "image/png"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireThumbnails is a thumbnailSet. Sizes of the client's own, such as c300x400_crop, stand inline.
type wireThumbnails struct {
	ID     string         `json:"id"`
	Large  *wireThumbnail `json:"large,omitempty"`
	Medium *wireThumbnail `json:"medium,omitempty"`
	Small  *wireThumbnail `json:"small,omitempty"`
	Custom odata.Object   `json:"custom,omitempty" odata:"inline"`
}

type wireThumbnail struct {
	Height int    `json:"height"`
	URL    string `json:"url"`
	Width  int    `json:"width"`
}

// The longest sides of the standard thumbnails (GD:res/thumbnailset).
const (
	smallSide  = 96
	mediumSide = 176
	largeSide  = 800
)

func thumbnailNodes() []node {
	return []node{
		{Name: "thumbnails", Key: key{Of: "thumbnailSet", Resolve: thumbnailSetByID}, Operations: []operation{
			reading(operation{Name: "thumbnails.list", Method: "GET", Source: "GD:api/driveitem-list-thumbnails", Handler: listThumbnails}),
		}},
		{Name: "thumbnailSet", Key: key{Of: "thumbnail", Name: "size", Resolve: thumbnailBySize}, Operations: []operation{
			reading(operation{Name: "thumbnailSet.get", Method: "GET", Source: "GD:api/driveitem-list-thumbnails", Handler: getThumbnailSet}),
		}},
		{Name: "thumbnail", Operations: []operation{
			reading(operation{Name: "thumbnail.get", Method: "GET", Source: "GD:api/driveitem-list-thumbnails", Handler: getThumbnailOfSize}),
			reading(operation{Name: "thumbnail.content", Method: "GET", Segment: "content", Source: "GD:api/driveitem-list-thumbnails", Handler: getThumbnailContent}),
		}},
	}
}

// thumbnailAt is a size of an item's picture.
type thumbnailAt struct {
	drive.Place
	size string
}

// dimensions reads a picture's size without decoding it; ok is false for what is no picture.
func dimensions(i state.Item) (width, height int, ok bool) {
	if i.Kind != state.File || !strings.HasPrefix(i.MimeType, "image/") {
		return 0, 0, false
	}
	c, _, err := image.DecodeConfig(drive.ContentReader(i.Content, 0))
	return c.Width, c.Height, err == nil && c.Width > 0 && c.Height > 0
}

// fit scales a picture's sides down so that both lie within a box.
func fit(width, height, boxWidth, boxHeight int) (int, int) {
	if width*boxHeight > height*boxWidth {
		if width > boxWidth {
			return boxWidth, max(height*boxWidth/width, 1)
		}
	} else if height > boxHeight {
		return max(width*boxHeight/height, 1), boxHeight
	}
	return width, height
}

// box reads the name of a size: small, medium, large, or c300x400 with an optional _crop.
func box(size string) (width, height int, ok bool) {
	switch size {
	case "small", "smallSquare":
		return smallSide, smallSide, true
	case "medium", "mediumSquare":
		return mediumSide, mediumSide, true
	case "large", "largeSquare":
		return largeSide, largeSide, true
	}
	const limit = 10000
	name, found := strings.CutPrefix(strings.ToLower(size), "c")
	first, second, cross := strings.Cut(strings.TrimSuffix(name, "_crop"), "x")
	width, err := strconv.Atoi(first)
	height, err2 := strconv.Atoi(second)
	return width, height, found && cross && err == nil && err2 == nil && width > 0 && height > 0 && width <= limit && height <= limit
}

func (r *request) thumbnail(p drive.Place, size string) (*wireThumbnail, bool) {
	width, height, ok := dimensions(p.Item)
	boxWidth, boxHeight, known := box(size)
	if !ok || !known {
		return nil, false
	}
	w := r.writer(p.Site, p.List)
	t := &wireThumbnail{URL: r.origin.Thumbnail(w.prefix, w.host, p.Item.Name, drive.Ticket(r.tx, p.List, p.Item), size)}
	t.Width, t.Height = fit(width, height, boxWidth, boxHeight)
	return t, true
}

// macWithout is the preview's known issue: the sync client of the Mac gets no thumbnails from other organisations.
func (r *request) macWithout() bool {
	agent := strings.ToLower(r.http.UserAgent())
	return r.tenant.KnownIssues.MacThumbnails && r.caller.Guest() && strings.Contains(agent, "mac") && strings.Contains(agent, "sync")
}

// thumbnails are the sets of an item: one for a picture, none for the rest.
func (r *request) thumbnails(p drive.Place) []wireThumbnails {
	set := wireThumbnails{ID: "0"}
	var ok bool
	if set.Large, ok = r.thumbnail(p, "large"); !ok || r.macWithout() {
		return []wireThumbnails{}
	}
	set.Medium, _ = r.thumbnail(p, "medium")
	set.Small, _ = r.thumbnail(p, "small")
	return []wireThumbnails{set}
}

func listThumbnails(r *request, call *odata.Call) (any, error) {
	p, err := r.readable(call)
	if err != nil {
		return nil, err
	}
	rows := r.thumbnails(p)
	for n := range rows {
		for _, size := range call.Query.Select {
			if t, ok := r.thumbnail(p, size); ok && size != "large" && size != "medium" && size != "small" {
				rows[n].Custom = append(rows[n].Custom, odata.Member{Name: size, Value: t})
			}
		}
	}
	return collection(call, "Collection(thumbnailSet)", rows), nil
}

func noThumbnail(size string) error {
	return problem.For(problem.NotFound, problem.ItemNotFound, size, "The thumbnail does not exist.")
}

func thumbnailSetByID(_ *request, item any, k odata.Predicate) (any, error) {
	if k.Text() != "0" {
		return nil, noThumbnail(k.Text())
	}
	return item, nil
}

func thumbnailBySize(_ *request, item any, k odata.Predicate) (any, error) {
	p, _ := item.(drive.Place)
	return thumbnailAt{p, k.Text()}, nil
}

func getThumbnailSet(r *request, call *odata.Call) (any, error) {
	p, err := r.readable(call)
	if err != nil {
		return nil, err
	}
	rows := r.thumbnails(p)
	if len(rows) == 0 {
		return nil, noThumbnail("0")
	}
	return entity(call, "thumbnailSet", rows[0]), nil
}

// sized is the thumbnail that a call names.
func (r *request) sized(call *odata.Call) (*wireThumbnail, error) {
	at, _ := call.Value.(thumbnailAt)
	item := *call
	item.Value = at.Place
	if _, err := r.readable(&item); err != nil {
		return nil, err
	}
	t, ok := r.thumbnail(at.Place, at.size)
	if !ok || r.macWithout() {
		return nil, noThumbnail(at.size)
	}
	return t, nil
}

func getThumbnailOfSize(r *request, call *odata.Call) (any, error) {
	t, err := r.sized(call)
	if err != nil {
		return nil, err
	}
	return entity(call, "thumbnail", *t), nil
}

func getThumbnailContent(r *request, call *odata.Call) (any, error) {
	t, err := r.sized(call)
	if err != nil {
		return nil, err
	}
	return redirect(t.URL), nil
}

// largestPicture is how many pixels a picture may have to be scaled.
const largestPicture = 40 << 20

// getThumbnail answers the picture itself, scaled down, as a JPEG.
func getThumbnail(r *request, call *odata.Call) (any, error) {
	i, err := r.ticket(call)
	if err != nil {
		return nil, err
	}
	size := call.Query.Custom.Get("size")
	boxWidth, boxHeight, known := box(size)
	width, height, ok := dimensions(i)
	if !ok || !known || width*height > largestPicture {
		return nil, noThumbnail(size)
	}
	picture, _, err := image.Decode(drive.ContentReader(i.Content, 0))
	if err != nil {
		return nil, noThumbnail(size)
	}
	width, height = fit(width, height, boxWidth, boxHeight)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, scaled{picture, image.Rect(0, 0, width, height)}, nil); err != nil {
		return nil, err
	}
	return raw("image/jpeg", b.Bytes()), nil
}

// scaled shows a picture in another size, the nearest pixel for each.
type scaled struct {
	image.Image
	size image.Rectangle
}

func (s scaled) Bounds() image.Rectangle { return s.size }

func (s scaled) At(x, y int) color.Color {
	from := s.Image.Bounds()
	return s.Image.At(from.Min.X+x*from.Dx()/s.size.Dx(), from.Min.Y+y*from.Dy()/s.size.Dy())
}
