package syncclient

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Reason is why a library or folder is not synced. The words are those of the emulator's sync/eligibility.
type Reason string

// The reasons that a client can learn from the services themselves.
const (
	AnonymousLink   Reason = "AnonymousLink"
	SingleFile      Reason = "SingleFile"
	PersonalAccount Reason = "PersonalAccount"
	NoGuestAccount  Reason = "NoGuestAccount"
	NotRedeemed     Reason = "InvitationNotRedeemed"
	NoPermission    Reason = "NoPermission"
)

func (r Reason) text() string {
	switch r {
	case AnonymousLink:
		return "a link for anyone cannot be synced; the folder has to be shared with the person"
	case SingleFile:
		return "a single file cannot be synced; the folder or the library has to be shared"
	case PersonalAccount:
		return "a Microsoft account or another personal account cannot sync what an organisation shares"
	case NoGuestAccount:
		return "the organisation that shares has no guest account for this person; its invitation has to be accepted first"
	case NotRedeemed:
		return "the guest account has not accepted its invitation yet"
	case NoPermission:
	}
	return "no access to this library or folder; what was synced stays where it is"
}

// Refusal says that something is not synced, and why. It is an [ErrNoAccess] for errors.Is.
type Refusal struct {
	Reason Reason
	Err    error // what the service answered, nil where it was not asked
}

func (r *Refusal) Error() string {
	text := r.Reason.text() + " (" + string(r.Reason)
	if r.Err != nil {
		text += ": " + r.Err.Error()
	}
	return text + ")"
}

// Is tells that every refusal is a lack of access.
func (r *Refusal) Is(target error) bool { return target == ErrNoAccess }

// Unwrap is what the service answered.
func (r *Refusal) Unwrap() error { return r.Err }

// refused reads an answer of the services: whether it means that there is no access, and why. Everything else is returned
// as it is.
func (f *Folder) refused(err error) error {
	var known *Refusal
	var signIn *SignInError
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.As(err, &signIn) && signIn.Tenant == f.session.tenant:
		return &Refusal{reasonOf(signIn), err}
	case isStatus(err, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound):
		return &Refusal{NoPermission, err}
	}
	return err
}

// reasonOf reads why the organisation that shares gives no token (AADSTS numbers: identity.md).
func reasonOf(e *SignInError) Reason {
	number, _, _ := strings.Cut(e.Description, ":")
	switch number {
	case "AADSTS50014":
		return NotRedeemed
	case "AADSTS50020", "AADSTS50034":
		return NoGuestAccount
	case "AADSTS500202":
		return PersonalAccount
	}
	return NoPermission
}

// consumers is the tenant of Microsoft accounts.
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad"

// signedInFrom is the tenant in an id token, which is read and not trusted: it only explains.
func signedInFrom(idToken string) string {
	part := strings.Split(idToken, ".")
	if len(part) != 3 {
		return ""
	}
	var claims struct {
		Tenant string `json:"tid"`
	}
	text, err := base64.RawURLEncoding.DecodeString(part[1])
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return ""
	}
	return claims.Tenant
}

// personal tells whether an address is that of a Microsoft account, as sign-in pages ask it.
func (s *session) personal(ctx context.Context) bool {
	const elsewhere = 5 // IfExistsResult of an account at another of Microsoft's sign-in services
	body, err := json.Marshal(map[string]string{"username": s.o.User})
	if err != nil {
		return false
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.Login+"/common/GetCredentialType", strings.NewReader(string(body)))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.o.Client.Do(req)
	if err != nil {
		return false
	}
	defer drain(res)
	var answer struct {
		Exists int `json:"IfExistsResult"`
	}
	return json.NewDecoder(res.Body).Decode(&answer) == nil && answer.Exists == elsewhere
}

// shareID is how Graph addresses a sharing link.
func shareID(link string) string { return "u!" + base64.RawURLEncoding.EncodeToString([]byte(link)) }

// follow finds out what a sharing link leads to: a folder or library that was shared with the person.
func (f *Folder) follow(ctx context.Context) error {
	share := f.o.Graph + "/v1.0/shares/" + shareID(f.target.Link)
	var item struct {
		remote
		SharePoint struct {
			SiteID string `json:"siteId"`
			WebID  string `json:"webId"`
			ListID string `json:"listId"`
			ItemID string `json:"listItemUniqueId"`
		} `json:"sharepointIds"`
		Root *struct{} `json:"root"`
	}
	err := f.do(ctx, http.MethodGet, share+"/driveItem?$select=id,name,folder,file,root,parentReference,sharepointIds", nil, &item, map[string]string{"Prefer": "redeemSharingLink"})
	if err != nil {
		if f.opensForAnyone(ctx) {
			return &Refusal{AnonymousLink, err}
		}
		return err
	}
	var permission struct {
		Link struct {
			Scope string `json:"scope"`
		} `json:"link"`
	}
	// Who may not read the permission came by no link for anyone.
	_ = f.do(ctx, http.MethodGet, share+"/permission", nil, &permission, nil)
	switch {
	case permission.Link.Scope == "anonymous":
		return &Refusal{AnonymousLink, nil}
	case item.Folder == nil && item.Root == nil:
		return &Refusal{SingleFile, nil}
	}
	ids := item.SharePoint
	f.target.SiteID, f.target.WebID, f.target.ListID = ids.SiteID, ids.WebID, ids.ListID
	if item.Root == nil {
		f.target.FolderID, f.target.FolderName = ids.ItemID, item.Name
	}
	var site struct {
		Name string `json:"displayName"`
		URL  string `json:"webUrl"`
	}
	if err := f.do(ctx, http.MethodGet, share+"/site", nil, &site, nil); err != nil {
		return err
	}
	f.target.SiteTitle, f.target.WebURL = site.Name, site.URL
	return nil
}

// opensForAnyone tells whether a link leads somebody who has not signed in to what it shares, instead of to a sign-in.
func (f *Folder) opensForAnyone(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.target.Link, nil)
	if err != nil {
		return false
	}
	once := *f.o.Client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := once.Do(req)
	if err != nil {
		return false
	}
	defer drain(res)
	to, err := url.Parse(res.Header.Get("Location"))
	return err == nil && res.StatusCode/100 == 3 && strings.EqualFold(to.Host, req.URL.Host) && !strings.Contains(strings.ToLower(to.Path), "/_layouts/")
}

// onlyFiles tells whether the person can see files of the library and no folder: they were shared with him one by one.
func (f *Folder) onlyFiles(ctx context.Context) bool {
	var found struct {
		Value []remote `json:"value"`
	}
	err := f.do(ctx, http.MethodGet, f.itemAddress("root", "/search(q='')?$select=id,file,folder&$top=200"), nil, &found, nil)
	return err == nil && len(found.Value) > 0 && !slices.ContainsFunc(found.Value, func(i remote) bool { return i.Folder != nil })
}
