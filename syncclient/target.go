package syncclient

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Target is what is to be synced: a library, or a folder of one.
type Target struct {
	WebURL                string // of the site
	SiteID, WebID, ListID string // GUIDs; "" where only the address is known
	FolderID              string // GUID of the folder, "" for the library
	SiteTitle, ListTitle  string
	FolderName            string
	Organisation          string
	User                  string // sign-in address that the address was made for
	Link                  string // sharing link that leads to the library or folder; the other members come from it
}

// ErrTarget says that an address is neither an odopen: address nor a sharing link.
var ErrTarget = errors.New("this is no address of a library or folder to sync")

// sharingLink is the path of a sharing link: /:f:/s/site/token (graph.md 8.1).
var sharingLink = regexp.MustCompile(`^/:[a-z]{1,2}:/[gstr]/`)

// ParseTarget reads an odopen:// address (sharepoint.md 7.3), whose parameters stand in any order, unknown ones being passed
// over; or a sharing link.
func ParseTarget(address string) (Target, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err == nil && strings.HasPrefix(u.Scheme, "http") && u.Host != "" && sharingLink.MatchString(u.Path) {
		return Target{Link: u.String(), WebURL: u.Scheme + "://" + u.Host}, nil
	}
	if err != nil || !strings.EqualFold(u.Scheme, "odopen") || !strings.EqualFold(u.Host, "sync") {
		return Target{}, ErrTarget
	}
	q := u.Query()
	guid := func(name string) string { return strings.ToLower(strings.Trim(q.Get(name), "{}")) }
	t := Target{
		WebURL: q.Get("webUrl"), SiteID: guid("siteId"), WebID: guid("webId"), ListID: guid("listId"), SiteTitle: q.Get("webTitle"),
		ListTitle: q.Get("listTitle"), Organisation: q.Get("tenantName"), User: q.Get("userEmail"),
	}
	if strings.EqualFold(q.Get("scope"), "OPENFOLDER") {
		t.FolderID, t.FolderName = guid("folderId"), q.Get("folderName")
	}
	if t.WebURL == "" || t.SiteID == "" || t.ListID == "" {
		return Target{}, fmt.Errorf("%w: webUrl, siteId and listId are needed", ErrTarget)
	}
	return t, nil
}

// folder is where the target goes below the sync client's folder: Organisation/Site - Library.
func (t Target) folder() (organisation, name string) {
	last := t.ListTitle
	if t.FolderName != "" {
		last = t.FolderName
	}
	return localName(t.Organisation), localName(t.SiteTitle + " - " + last)
}

// localName makes a text a file name on every system.
func localName(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"/\|?*`, r) || r < ' ' {
			return '_'
		}
		return r
	}, s), " .")
}

// driveID is how Graph names the library: b! and the three GUIDs (graph.md 7.1).
func (t Target) driveID() (string, error) {
	var all []byte
	for _, id := range []string{t.SiteID, t.WebID, t.ListID} {
		b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
		if err != nil || len(b) != 16 {
			return "", fmt.Errorf("%w: %q is no GUID", ErrTarget, id)
		}
		all = append(all, b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6])
		all = append(all, b[8:]...)
	}
	return "b!" + base64.RawURLEncoding.EncodeToString(all), nil
}
