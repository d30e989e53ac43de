package spoapi

import (
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireSharingResult is SP.SharingResult (sharepoint.md 3.3). What was refused is told in it as well, with status 200.
type wireSharingResult struct {
	ErrorMessage   *string            `json:"ErrorMessage"`
	IconURL        *string            `json:"IconUrl"`
	InvitedUsers   *[]wireInvited     `json:"InvitedUsers" edm:"Collection(SP.Sharing.SPInvitationCreationResult)"`
	Name           *string            `json:"Name"`
	PermissionsURL *string            `json:"PermissionsPageRelativeUrl"`
	StatusCode     int                `json:"StatusCode"`
	Unique         *[]wireUserSharing `json:"UniquelyPermissionedUsers" edm:"Collection(SP.Sharing.UserSharingResult)"`
	URL            *string            `json:"Url"`
	AddedToGroup   *[]wireUserSharing `json:"UsersAddedToGroup" edm:"Collection(SP.Sharing.UserSharingResult)"`
}

// wireInvited is SP.Sharing.SPInvitationCreationResult: somebody whom the directory did not know.
type wireInvited struct {
	Email          string  `json:"Email"`
	Error          *string `json:"Error"`
	InvitationLink string  `json:"InvitationLink"`
	Succeeded      bool    `json:"Succeeded"`
}

func (wireInvited) edmKind() string { return "SP.Sharing.SPInvitationCreationResult" }

// wireUserSharing is SP.Sharing.UserSharingResult.
type wireUserSharing struct {
	AllowedRoles   []int   `json:"AllowedRoles"`
	CurrentRole    int     `json:"CurrentRole"`
	DisplayName    string  `json:"DisplayName"`
	Email          string  `json:"Email"`
	Expiration     *string `json:"ExpirationDateTimeOnACE"`
	InvitationLink *string `json:"InvitationLink"`
	IsUserKnown    bool    `json:"IsUserKnown"`
	Message        *string `json:"Message"`
	OtherMails     *string `json:"OtherMails"`
	Status         bool    `json:"Status"`
	User           string  `json:"User"`
}

func (wireUserSharing) edmKind() string { return "SP.Sharing.UserSharingResult" }

// shareBody are the parameters of ShareObject; only the first three are always sent.
type shareBody struct {
	URL          string      `json:"url"`
	People       pickerInput `json:"peoplePickerInput"`
	Role         string      `json:"roleValue"`
	GroupID      anInt       `json:"groupId"`
	SendEmail    bool        `json:"sendEmail"`
	EmailSubject *string     `json:"emailSubject"`
	EmailBody    *string     `json:"emailBody"`
	Propagate    bool        `json:"propagateAcl"`
}

// shareObject answers POST _api/SP.Web.ShareObject: a site, library, folder or file by its address.
func shareObject(c *request, _ *odata.Call) (any, error) {
	var body shareBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	at, err := c.placeAt(body.URL)
	if err != nil {
		return nil, err
	}
	return c.share(at, body)
}

// shareItem answers POST {item}/shareObject.
func shareItem(c *request, call *odata.Call) (any, error) {
	var body shareBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	at, err := sharedPlace(call)
	if err != nil {
		return nil, err
	}
	return c.share(at, body)
}

func (c *request) share(at drive.Place, body shareBody) (any, error) {
	as, err := parseRole(body.Role)
	if err != nil {
		return c.refuse(err, at)
	}
	if body.Role == "" && body.GroupID > 0 {
		as = roleValue{group: int(body.GroupID)}
	}
	if len(body.People) == 0 {
		return c.refuse(problem.New(problem.NotFound, problem.RecipientUnresolved, unresolvedText), at)
	}
	done, err := c.Sharing.Share(c.tx, c.caller, sharing.ShareRequest{
		At: at, Recipients: body.People, Role: as.role, RoleDefID: as.def, GroupID: as.group, RequireSignIn: true,
		Propagate: body.Propagate, SendMail: body.SendEmail, Subject: deref(body.EmailSubject), Message: deref(body.EmailBody), Origin: c.origin,
	})
	if err != nil {
		return c.refuse(err, at)
	}
	return c.shared(at, as, done)
}

// refuse answers a refusal; an error that is none goes on.
func (c *request) refuse(err error, at drive.Place) (any, error) {
	r, ok := refusedSharing(err, at, c.tenant)
	if !ok {
		return nil, err
	}
	message := r.message()
	return c.sharingResult(wireSharingResult{StatusCode: r.status, ErrorMessage: &message}), nil
}

// shared answers what came of each recipient. Where nobody was shared with, the first refusal is that of the whole.
func (c *request) shared(at drive.Place, as roleValue, done []sharing.Shared) (any, error) {
	out := wireSharingResult{StatusCode: statusDone, Unique: &[]wireUserSharing{}}
	out.Name, out.URL, out.IconURL = new(placeName(at)), new(c.placeAddress(at)), new(c.iconURL(at))
	var failed error
	good := 0
	for _, s := range done {
		if s.Err != nil && failed == nil {
			failed = s.Err
		}
		if s.Err == nil {
			good++
		}
		switch {
		case s.User.ID == "" && s.Link.ID == "" && (s.Invitation.ID != "" || s.Err != nil):
			out.InvitedUsers = appendTo(out.InvitedUsers, c.wireInvited(s))
		case as.group != 0:
			out.AddedToGroup = appendTo(out.AddedToGroup, c.wireUserSharing(s, as))
		default:
			out.Unique = appendTo(out.Unique, c.wireUserSharing(s, as))
		}
	}
	if good == 0 && failed != nil {
		return c.refuse(failed, at)
	}
	return c.sharingResult(out), nil
}

func (c *request) sharingResult(w wireSharingResult) *entity {
	none := func() (any, error) { return &collection{kind: "SP.User"}, nil }
	return &entity{
		kind: "SP.SharingResult", web: c.webURL(c.site), path: "SP.SharingResult" + c.tx.NewID(), props: w,
		links: []link{
			{"GroupsSharedWith", func() (any, error) { return &collection{kind: "SP.Group"}, nil }},
			{"GroupUsersAddedTo", func() (any, error) { return (*entity)(nil), nil }},
			{"UsersWithAccessRequests", none},
		},
	}
}

func (c *request) wireInvited(s sharing.Shared) wireInvited {
	w := wireInvited{Email: s.Email, InvitationLink: s.InvitationURL, Succeeded: s.Err == nil}
	if w.Email == "" {
		w.Email = s.Recipient.Email
	}
	if s.Err != nil {
		w.Error = new(problem.As(s.Err).Detail)
	}
	return w
}

func (c *request) wireUserSharing(s sharing.Shared, as roleValue) wireUserSharing {
	w := wireUserSharing{
		AllowedRoles: []int{0}, DisplayName: s.User.DisplayName, Email: s.Email, Status: s.Err == nil,
		IsUserKnown: s.Known || s.SiteUser.Type == state.PrincipalSecurityGroup,
		User:        s.SiteUser.LoginName,
	}
	if as.group == 0 {
		w.CurrentRole = roleNumber(as.role)
	}
	if w.DisplayName == "" {
		w.DisplayName = orText(s.SiteUser.Title, s.Email)
	}
	if w.User == "" {
		w.User = orText(s.Recipient.LoginName, s.Email)
	}
	if s.InvitationURL != "" {
		w.InvitationLink = &s.InvitationURL
	}
	if !s.Permission.ExpiresAt.IsZero() {
		w.Expiration = new(s.Permission.ExpiresAt.UTC().Format(time.RFC3339))
	}
	if s.Err != nil {
		w.Message = new(problem.As(s.Err).Detail)
	}
	return w
}

// iconURL is the picture of a site or of a kind of item.
func (c *request) iconURL(at drive.Place) string {
	icon := "siteicon.png"
	switch {
	case at.List.ID == "":
	case isFolder(at):
		icon = "folder.gif"
	default:
		icon = "icgen.gif"
	}
	return c.webURL(at.Site) + "/_layouts/15/images/" + icon
}

// roleNumber is SP.Sharing.Role.
func roleNumber(r state.Role) int {
	switch r {
	case state.RoleRead:
		return 1
	case state.RoleWrite:
		return 2
	case state.RoleOwner:
		return 3
	}
	return 0
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func appendTo[T any](list *[]T, v T) *[]T {
	if list == nil {
		return &[]T{v}
	}
	all := append(*list, v)
	return &all
}
