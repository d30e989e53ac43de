package graphapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/tokens"
)

// The calls that rclone makes with tenant_url = https://contoso.sharepoint.com/_api, by a member and by a guest of a folder.
func TestASyncToolOnASharePointHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(func(tx *state.Tx) error {
		level := state.ExternalUserSharingOnly
		s, err := drive.AddSite(tx, drive.SiteSpec{
			TenantID: w.contoso.ID, Path: "/sites/project-x", Title: "Project X", Capability: &level, By: state.Actor{UserID: w.megan.ID},
		})
		if err == nil {
			err = drive.AddToSite(tx, s, drive.SiteOwners, w.megan)
		}
		return err
	})
	const host = "https://contoso.sharepoint.com"
	const base = host + "/_api/v2.0"
	direct := func(u state.User) *world {
		return w.with(tokens.MintRequest{TenantID: w.contoso.ID, As: u.ID, Resource: host, Scopes: []string{"AllSites.FullControl", "MyFiles.Write"}})
	}
	megan := direct(w.megan)

	if a := megan.visit("GET", base+"/me/drives", "").want(http.StatusOK); len(a.rows()) != 1 || a.rows()[0]["driveType"] != "business" {
		t.Errorf("her drives: %s", a.body)
	}
	site := megan.visit("GET", base+"/sites/root:/sites/project-x", "").want(http.StatusOK).text("id")
	drives := base + "/drives/" + megan.visit("GET", base+"/sites/"+site+"/drives", "").want(http.StatusOK).column("id")[0]
	root := megan.visit("GET", drives+"/root", "").want(http.StatusOK)
	if root.text("parentReference.driveType") != "documentLibrary" {
		t.Errorf("root %s", root.body)
	}
	start := megan.visit("GET", drives+"/root/delta?token=latest", "").want(http.StatusOK).text("@odata.deltaLink")

	made := megan.visit("POST", drives+"/items/"+root.text("id")+"/children", `{"name":"in","folder":{"childCount":0},"@name.conflictBehavior":"fail"}`).want(http.StatusCreated).text("id")
	megan.visit("POST", drives+"/items/"+root.text("id")+"/children", `{"name":"IN","folder":{},"@name.conflictBehavior":"fail"}`).want(http.StatusConflict)
	session := megan.visit("POST", drives+"/items/"+made+":/a%20%23.bin:/createUploadSession", `{"item":{"fileSystemInfo":{"lastModifiedDateTime":"2020-02-29T12:34:56Z"}}}`).want(http.StatusOK).text("uploadUrl")
	nobody := w.anonymous()
	nobody.header("Content-Range", "bytes 0-4/12").visit("PUT", session, "hello").want(http.StatusAccepted)
	file := nobody.header("Content-Range", "bytes 5-11/12").visit("PUT", session, " tenant").want(http.StatusCreated)
	if file.text("file.hashes.quickXorHash") != "aCgDG9jwBhDQoQxuBIMb6AAAAAA=" || file.text("fileSystemInfo.lastModifiedDateTime") != "2020-02-29T12:34:56Z" {
		t.Errorf("uploaded %s", file.body)
	}
	id := file.text("id")
	address := megan.visit("GET", drives+"/items/"+id+"/content?AVOverride=1", "").want(http.StatusFound).header.Get("Location")
	if a := nobody.header("Range", "bytes=6-").visit("GET", address, "").want(http.StatusPartialContent); a.body != "tenant" {
		t.Errorf("content %q", a.body)
	}
	megan.visit("PUT", drives+"/items/"+made+":/empty:/content", "").want(http.StatusCreated)
	megan.visit("PATCH", drives+"/items/"+made+":/empty:", `{"fileSystemInfo":{"lastModifiedDateTime":"2021-01-01T00:00:00Z"}}`).want(http.StatusOK)
	megan.visit("PATCH", drives+"/items/"+id, `{"name":"b.bin","parentReference":{"driveId":"","id":"`+root.text("id")+`","path":"","driveType":""}}`).want(http.StatusOK)
	if got := megan.visit("POST", drives+"/items/"+id+"/createLink", `{"type":"view","scope":"organization"}`).want(http.StatusCreated).text("link.webUrl"); !strings.HasPrefix(got, host+"/:") {
		t.Errorf("link %s", got)
	}

	page := megan.visit("GET", drives+"/root/children?$top=1", "").want(http.StatusOK)
	if next := page.text("@odata.nextLink"); !strings.HasPrefix(next, base) {
		t.Errorf("the next page is at %s", next)
	} else {
		megan.visit("GET", next, "").want(http.StatusOK)
	}
	link, err := url.Parse(start)
	if err != nil || !strings.HasPrefix(start, drives) || link.Query().Get("token") == "" {
		t.Fatalf("delta link %q: %v", start, err)
	}
	changes := megan.visit("GET", drives+"/root/delta?token="+url.QueryEscape(link.Query().Get("token")), "").want(http.StatusOK)
	if got := changes.column("id"); !slices.Contains(got, id) || !slices.Contains(got, made) {
		t.Errorf("changes %v", got)
	}
	megan.visit("DELETE", drives+"/items/"+id, "").want(http.StatusNoContent)
	if a := megan.visit("GET", drives+"/items/"+id, "").want(http.StatusNotFound); a.code() != "itemNotFound" {
		t.Errorf("a deleted item: %s", a.body)
	}

	guest := w.addGuest(w.kim)
	megan.visit("POST", drives+"/items/"+made+"/invite", `{"recipients":[{"email":"kim@fabrikam.com"}],"roles":["write"],"requireSignIn":true,"sendInvitation":false}`).want(http.StatusOK)
	kim := direct(guest)
	kim.visit("GET", drives+"/root/children", "").want(http.StatusForbidden)
	if got := kim.visit("GET", drives+"/items/"+made+"/children", "").want(http.StatusOK).column("name"); !slices.Equal(got, []string{"empty"}) {
		t.Errorf("the guest sees %v", got)
	}
	kim.visit("PUT", drives+"/items/"+made+":/hers.txt:/content", "x").want(http.StatusCreated)
	if a := w.as(w.megan).visit("GET", drives+"/root", "").want(http.StatusUnauthorized); a.code() != "unauthenticated" {
		t.Errorf("a token for Graph: %s", a.body)
	}
}
