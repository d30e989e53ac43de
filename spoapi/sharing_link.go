package spoapi

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// optional is a value of which it matters whether the client sent it.
type optional[T any] struct {
	given bool
	value T
}

// UnmarshalJSON takes null for the zero value.
func (o *optional[T]) UnmarshalJSON(raw []byte) error {
	o.given = true
	if string(raw) == "null" {
		return nil
	}
	return json.Unmarshal(raw, &o.value)
}

// linkSettings is SP.Sharing.ShareLinkSettings.
type linkSettings struct {
	AllowAnonymous   bool             `json:"allowAnonymousAccess"`
	Description      optional[string] `json:"description"`
	Embeddable       bool             `json:"embeddable"`
	Expiration       optional[string] `json:"expiration"`
	InviteesToRemove pickerInput      `json:"inviteesToRemove"`
	LinkKind         anInt            `json:"linkKind"`
	Password         optional[string] `json:"password"`
	UpdatePassword   bool             `json:"updatePassword"`
	Restricted       bool             `json:"restrictShareMembership"`
	Role             anInt            `json:"role"`
	Scope            optional[anInt]  `json:"scope"`
	ShareID          string           `json:"shareId"`
	NonDefault       bool             `json:"nonDefaultLink"`
}

// linkBody is the request of ShareLink.
type linkBody struct {
	Request struct {
		Create     bool         `json:"createLink"`
		Expiration string       `json:"expiration"`
		LinkKind   anInt        `json:"linkKind"`
		People     pickerInput  `json:"peoplePickerInput"`
		Settings   linkSettings `json:"settings"`
		Mail       *struct {
			Body    string `json:"body"`
			Subject string `json:"subject"`
		} `json:"emailData"`
	} `json:"request"`
}

// wireLinkResponse is SP.Sharing.ShareLinkResponse.
type wireLinkResponse struct {
	Info wireLinkInfo `json:"sharingLinkInfo"`
}

func (wireLinkResponse) edmKind() string { return "SP.Sharing.ShareLinkResponse" }

// The sharing roles that a flexible link can have.
const (
	roleView           = 1
	roleEdit           = 2
	roleReview         = 6
	roleRestrictedView = 7
)

// shareLink answers POST {item}/shareLink: it makes a link, or changes the one that shareId names.
func shareLink(c *request, call *odata.Call) (any, error) {
	at, err := sharedPlace(call)
	if err != nil {
		return nil, err
	}
	var body linkBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	var l state.Link
	if id := strings.ToLower(strings.Trim(body.Request.Settings.ShareID, "{}")); id != "" && id != zeroGUID {
		l, err = c.changeLink(at, id, body)
	} else {
		l, err = c.makeLink(at, body)
	}
	if err != nil {
		return nil, err
	}
	return result{name: "ShareLink", kind: "SP.Sharing.ShareLinkResponse", value: wireLinkResponse{c.wireLink(at.Site, l)}}, nil
}

func (c *request) makeLink(at drive.Place, body linkBody) (state.Link, error) {
	r := body.Request
	if r.Settings.LinkKind == 0 {
		r.Settings.LinkKind = r.LinkKind
	}
	scope, kind, err := r.Settings.wanted()
	if err != nil {
		return state.Link{}, err
	}
	ends, err := parseExpiration(orText(r.Settings.Expiration.value, r.Expiration))
	if err != nil {
		return state.Link{}, err
	}
	wanted := sharing.LinkRequest{
		At: at, Scope: scope, Type: kind, Password: r.Settings.Password.value, ExpiresAt: ends, Recipients: r.People,
		SendMail: r.Mail != nil, Description: r.Settings.Description.value, Fresh: r.Settings.NonDefault, AppID: "", Origin: c.origin,
	}
	if r.Mail != nil {
		wanted.Subject, wanted.Message = r.Mail.Subject, r.Mail.Body
	}
	l, _, err := c.Sharing.CreateLink(c.tx, c.caller, wanted)
	return l, err
}

// wanted reads the kind of link: one of the five numbers, or scope and role of a flexible one.
func (s linkSettings) wanted() (state.LinkScope, string, error) {
	switch int(s.LinkKind) {
	case sharing.KindOrganizationView:
		return state.LinkOrganization, "view", nil
	case sharing.KindOrganizationEdit:
		return state.LinkOrganization, "edit", nil
	case sharing.KindAnonymousView:
		return state.LinkAnonymous, "view", nil
	case sharing.KindAnonymousEdit:
		return state.LinkAnonymous, "edit", nil
	case sharing.KindFlexible:
		return s.flexible()
	case 0:
		if s.Scope.given || s.AllowAnonymous || s.Restricted {
			return s.flexible()
		}
	}
	return "", "", problem.For(problem.Invalid, problem.InvalidProperty, "linkKind", "The link kind %d cannot be created.", int(s.LinkKind))
}

func (s linkSettings) flexible() (state.LinkScope, string, error) {
	kind := s.kind()
	switch {
	case s.Scope.given && int(s.Scope.value) == scopePeople, s.Restricted:
		return state.LinkUsers, kind, nil
	case s.Scope.given && int(s.Scope.value) == scopeOrganization:
		return state.LinkOrganization, kind, nil
	case s.Scope.given && int(s.Scope.value) == scopeAnyone, s.AllowAnonymous:
		return state.LinkAnonymous, kind, nil
	}
	return state.LinkUsers, kind, nil
}

func (s linkSettings) kind() string {
	switch int(s.Role) {
	case roleEdit:
		return "edit"
	case roleReview:
		return "review"
	case roleRestrictedView:
		return "blocksDownload"
	}
	if s.Embeddable {
		return "embed"
	}
	return "view"
}

func (c *request) changeLink(at drive.Place, id string, body linkBody) (state.Link, error) {
	l, err := c.linkOn(at, id)
	if err != nil {
		return l, err
	}
	s := body.Request.Settings
	change := sharing.LinkChange{Origin: c.origin}
	if s.Role != 0 {
		change.Type = new(s.kind())
	}
	if s.Expiration.given {
		ends, err := parseExpiration(s.Expiration.value)
		if err != nil {
			return l, err
		}
		change.ExpiresAt = &ends
	}
	if s.UpdatePassword || s.Password.value != "" {
		change.Password = &s.Password.value
	}
	if s.Description.given {
		change.Description = &s.Description.value
	}
	change.Add, change.Remove = body.Request.People, s.InviteesToRemove
	if m := body.Request.Mail; m != nil {
		change.SendMail, change.Subject, change.Message = true, m.Subject, m.Body
	}
	return c.Sharing.UpdateLink(c.tx, c.caller, l, change)
}

// linkOn finds a link of exactly that place.
func (c *request) linkOn(at drive.Place, id string) (state.Link, error) {
	l, ok := c.tx.Link(c.tenant.ID, id)
	if !ok || l.On != at.Securable() {
		return l, problem.For(problem.NotFound, problem.LinkNotFound, id, "The sharing link does not exist.")
	}
	return l, nil
}

// expirationLayouts are the spellings of a link's end (sharepoint.md 3.4).
//
//nolint:gochecknoglobals // a constant table
var expirationLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "20060102T150405-0700", "20060102T150405Z0700", "2006-01-02 15:04:05Z", "2006-01-02",
}

// parseExpiration reads the end of a link; "" is none.
func parseExpiration(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range expirationLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, problem.For(problem.Invalid, problem.InvalidProperty, "expiration", "%q is not a date.", s)
}

// removalBody names a link to be removed.
type removalBody struct {
	Kind    anInt  `json:"linkKind"`
	ShareID string `json:"shareId"`
}

// unshareLink answers POST {item}/unshareLink and {item}/deleteLinkByKind.
func unshareLink(c *request, call *odata.Call) (any, error) {
	at, err := sharedPlace(call)
	if err != nil {
		return nil, err
	}
	var body removalBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if id := strings.ToLower(strings.Trim(body.ShareID, "{}")); id != "" && id != zeroGUID {
		l, err := c.linkOn(at, id)
		if err != nil {
			return nil, err
		}
		return void{}, c.Sharing.DeleteLink(c.tx, c.caller, l)
	}
	return void{}, c.deleteLinks(at, func(l state.Link) bool { return sharing.LinkKind(l) == int(body.Kind) })
}

// deleteLinks removes the links of a place that match. Where there is none, only the right to do so is asked for.
func (c *request) deleteLinks(at drive.Place, match func(state.Link) bool) error {
	if err := c.require(at, state.RoleWrite); err != nil {
		return err
	}
	for _, l := range c.livingLinks(at.Securable()) {
		if !match(l) {
			continue
		}
		if err := c.Sharing.DeleteLink(c.tx, c.caller, l); err != nil {
			return err
		}
	}
	return nil
}
