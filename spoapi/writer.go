package spoapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/state"
)

// libraryVersion is the build that the face says it is.
const libraryVersion = "16.0.0.25409"

// writer puts one answer on the wire.
type writer struct {
	face *face
	w    http.ResponseWriter
	r    *http.Request
	mode mode
	now  time.Time
	id   string // of the request
	// realm is the id of the tenant whose host it is.
	realm string
}

// begin draws the identifiers of the request from the world, once.
func (o *writer) begin(tx *state.Tx) {
	o.now = tx.Now()
	if o.id == "" {
		o.id = tx.NewID()
	}
	t, _ := tx.TenantByPrefix(links.FromContext(o.r.Context()).Prefix)
	o.realm = t.ID
}

// headers are on every answer (sharepoint.md 2.1).
func (o *writer) headers() {
	h := o.w.Header()
	h.Set("SPRequestGuid", o.id)
	h.Set("request-id", o.id)
	h.Set("SPClientServiceRequestDuration", "1")
	h.Set("X-SharePointHealthScore", "0")
	h.Set("X-SP-SERVERSTATE", "ReadOnly=0")
	h.Set("MicrosoftSharePointTeamServices", libraryVersion)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, max-age=0")
	if o.mode == version4 || o.mode == version4None {
		h.Set("OData-Version", "4.0")
	} else {
		h.Set("DataServiceVersion", "3.0")
	}
}

func (o *writer) send(a encoded) {
	o.headers()
	h := o.w.Header()
	if a.etag != "" {
		h.Set("ETag", a.etag)
	}
	if c := a.content; c != nil {
		h.Set("Content-Type", c.kind)
		if c.etag != "" {
			h.Set("ETag", c.etag)
		}
		http.ServeContent(o.w, o.r, "", c.at, c.reader)
		return
	}
	if a.body == nil {
		h.Set("Content-Length", "0")
		o.w.WriteHeader(a.status)
		return
	}
	h.Set("Content-Type", a.kind)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	o.w.WriteHeader(a.status)
	if o.r.Method != http.MethodHead {
		o.w.Write(a.body)
	}
}
