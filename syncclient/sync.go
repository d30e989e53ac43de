package syncclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// DesktopClient is the public client that the emulator knows in every world.
const DesktopClient = "e3a4b5c6-1d2f-4a8b-b7c9-0f6e5d4c3b2a"

// Options are what the client needs.
type Options struct {
	Dir            string       // below it: Organisation/Site - Library
	Client         *http.Client // nil: one that follows HTTPS_PROXY and SSL_CERT_FILE
	Login, Graph   string       // "" for the real names
	ClientID       string       // "" is [DesktopClient]
	Home           string       // where the person signs in; "" is organizations
	User, Password string       // without a password the person types a code into a page
	Progress       func(Event)  // nil: nobody looks
}

// Kind is what an event is about.
type Kind string

// The kinds of event.
const (
	Message    Kind = "message"    // for the person: how to sign in
	Downloaded Kind = "downloaded" // from the service
	Uploaded   Kind = "uploaded"
	Moved      Kind = "moved"     // here, as on the service
	Removed    Kind = "removed"   // here, as on the service
	Deleted    Kind = "deleted"   // on the service, as here
	Conflict   Kind = "conflict"  // both sides changed it; Path is what the version of here is called now
	Refused    Kind = "refused"   // no permission to write
	Postponed  Kind = "postponed" // the next round settles it
	Skipped    Kind = "skipped"   // not mirrored: its name is none for a file here
	Waiting    Kind = "waiting"   // the service has no time
	Resync     Kind = "resync"    // the service asks to begin anew
)

// Event is progress.
type Event struct {
	Kind Kind
	Path string
	Text string
}

// ErrNoAccess says that there is no access, or none any more. What was synced is still where it was.
var ErrNoAccess = errors.New("no access to this library or folder; what was synced stays where it is")

func (o Options) tell(e Event) {
	if o.Progress != nil {
		o.Progress(e)
	}
}

// Folder is a library or folder of the service with its mirror here. It is not safe for concurrent use.
type Folder struct {
	o       Options
	target  Target
	dir     string
	here    *os.Root // dir: no name that the service tells leads out of it
	session *session
	db      *database
}

// Open signs in and prepares the mirror of a target. It fails with a [*Refusal], which is an [ErrNoAccess], or with a
// [*SignInError].
func Open(ctx context.Context, t Target, o Options) (*Folder, error) {
	o.Client = cmp.Or(o.Client, defaultClient())
	o.Login, o.Graph = cmp.Or(o.Login, "https://login.microsoftonline.com"), cmp.Or(o.Graph, "https://graph.microsoft.com")
	o.ClientID, o.Home, o.User = cmp.Or(o.ClientID, DesktopClient), cmp.Or(o.Home, "organizations"), cmp.Or(o.User, t.User)
	tenant, err := tenantOf(ctx, o, t.WebURL)
	if err != nil {
		return nil, err
	}
	f := &Folder{o: o, target: t, session: &session{o: o, tenant: tenant}, db: &database{}}
	if err := f.complete(ctx); err != nil {
		return nil, f.refused(err)
	}
	organisation, name := f.target.folder()
	f.dir = filepath.Join(o.Dir, organisation, name)
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return nil, err
	}
	if f.here, err = os.OpenRoot(f.dir); err != nil {
		return nil, err
	}
	if f.db, err = openDatabase(f.here); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", f.dir, err), f.Close())
	}
	return f, f.refused(f.find(ctx))
}

// Close gives the mirror's folder back.
func (f *Folder) Close() error { return f.here.Close() }

// Dir is where the mirror stands.
func (f *Folder) Dir() string { return f.dir }

// complete fills in what an address alone does not say: ids, titles, the organisation's name.
func (f *Folder) complete(ctx context.Context) error {
	t := &f.target
	if t.Link != "" {
		if err := f.follow(ctx); err != nil {
			return err
		}
	}
	if t.ListID == "" {
		u, err := url.Parse(t.WebURL)
		if err != nil {
			return err
		}
		var site struct {
			ID   string `json:"id"`
			Name string `json:"displayName"`
		}
		if err := f.do(ctx, http.MethodGet, f.o.Graph+"/v1.0/sites/"+u.Host+":"+strings.TrimSuffix(u.EscapedPath(), "/"), nil, &site, nil); err != nil {
			return err
		}
		list := struct {
			ID   string `json:"id"`
			Name string `json:"displayName"`
		}{}
		if err := f.do(ctx, http.MethodGet, f.o.Graph+"/v1.0/sites/"+site.ID+"/lists/"+url.PathEscape(cmp.Or(t.ListTitle, "Documents")), nil, &list, nil); err != nil {
			return err
		}
		part := strings.Split(site.ID, ",")
		if len(part) != 3 {
			return fmt.Errorf("the site's id %q has not three parts", site.ID)
		}
		t.SiteID, t.WebID, t.ListID, t.SiteTitle, t.ListTitle = part[1], part[2], list.ID, site.Name, list.Name
	}
	if t.Organisation == "" {
		u, err := url.Parse(t.WebURL)
		if err != nil {
			return err
		}
		t.Organisation, _, _ = strings.Cut(u.Host, ".")
	}
	return nil
}

// find learns which item the mirror's root is.
func (f *Folder) find(ctx context.Context) error {
	driveID, err := f.target.driveID()
	if err != nil {
		return err
	}
	if f.db.DriveID == driveID && f.db.Root != "" {
		return nil
	}
	f.db.DriveID = driveID
	address := f.itemAddress("root")
	if id := f.target.FolderID; id != "" {
		u, err := url.Parse(f.target.WebURL)
		if err != nil {
			return err
		}
		address = f.o.Graph + "/v1.0/sites/" + u.Host + "," + f.target.SiteID + "," + f.target.WebID + "/lists/" + f.target.ListID + "/items/" + id + "/driveItem"
	}
	var root remote
	if err := f.do(ctx, http.MethodGet, address, nil, &root, nil); err != nil {
		if isStatus(err, http.StatusForbidden) && f.onlyFiles(ctx) {
			return &Refusal{SingleFile, err}
		}
		return err
	}
	if root.Folder == nil {
		return &Refusal{SingleFile, nil}
	}
	f.db.Root = root.ID
	return f.db.save()
}

// Round syncs once: what changed there comes here, what changed here goes there, and what came of both is fetched. It
// fails with [ErrNoAccess] where access was taken away; nothing is removed here then.
func (f *Folder) Round(ctx context.Context) error {
	if err := f.pull(ctx); err != nil {
		return f.refused(err)
	}
	if err := f.push(ctx); err != nil {
		return f.refused(err)
	}
	return f.refused(f.pull(ctx))
}
