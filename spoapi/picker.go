package spoapi

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

const pickerService = "SP.UI.ApplicationPages.ClientPeoplePickerWebServiceInterface"

// pickerOperations are the people picker (sharepoint.md 4.1). Both answer text that holds JSON.
func pickerOperations() []operation {
	return reading(
		operation{
			Name: "peoplePicker.search", Method: "POST", Segment: pickerService + ".ClientPeoplePickerSearchUser",
			Source: "sharepoint.md 4.1", Handler: searchPeople,
		},
		operation{
			Name: "peoplePicker.resolve", Method: "POST", Segment: pickerService + ".ClientPeoplePickerResolveUser",
			Source: "sharepoint.md 4.1", Handler: resolvePerson,
		},
	)
}

// pickerBody are the members of queryParams that have an effect.
type pickerBody struct {
	Params struct {
		Text       string `json:"QueryString"`
		Max        anInt  `json:"MaximumEntitySuggestions"`
		AllowEmail bool   `json:"AllowEmailAddresses"`
		OnlyEmail  bool   `json:"AllowOnlyEmailAddresses"`
		Types      anInt  `json:"PrincipalType"`
	} `json:"queryParams"`
}

const (
	defaultSuggestions = 30
	mostSuggestions    = 100
)

func (b pickerBody) query() sharing.PickerQuery {
	most := int(b.Params.Max)
	if most <= 0 {
		most = defaultSuggestions
	}
	return sharing.PickerQuery{
		Text: strings.TrimSpace(b.Params.Text), Max: min(most, mostSuggestions), PrincipalTypes: int(b.Params.Types),
		AllowEmail: b.Params.AllowEmail || b.Params.OnlyEmail,
	}
}

func (c *request) pick(b pickerBody, exactly bool) []wirePicked {
	q := b.query()
	q.ResolveExactly = exactly
	list := []wirePicked{}
	for _, k := range sharing.Pick(c.tx, c.caller, c.site, q) {
		if b.Params.OnlyEmail && k.Email == "" {
			continue
		}
		list = append(list, wirePickedOf(k))
	}
	return list
}

func searchPeople(c *request, _ *odata.Call) (any, error) {
	var body pickerBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	return jsonText("ClientPeoplePickerSearchUser", c.pick(body, false))
}

func resolvePerson(c *request, _ *odata.Call) (any, error) {
	var body pickerBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	found := c.pick(body, true)
	if len(found) == 1 {
		return jsonText("ClientPeoplePickerResolveUser", found[0])
	}
	name := strings.TrimSpace(body.Params.Text)
	nobody := wirePicked{
		Key: name, Description: name, DisplayText: name, EntityData: map[string]string{}, MultipleMatches: found,
	}
	return jsonText("ClientPeoplePickerResolveUser", nobody)
}

// jsonText is a function's answer that is text with JSON in it.
func jsonText(function string, v any) (any, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return result{name: function, kind: "Edm.String", value: string(b)}, nil
}

// wirePicked is an entity of the picker.
type wirePicked struct {
	Key                 string            `json:"Key"`
	Description         string            `json:"Description"`
	DisplayText         string            `json:"DisplayText"`
	EntityType          string            `json:"EntityType"`
	ProviderDisplayName string            `json:"ProviderDisplayName"`
	ProviderName        string            `json:"ProviderName"`
	IsResolved          bool              `json:"IsResolved"`
	EntityData          map[string]string `json:"EntityData"`
	MultipleMatches     []wirePicked      `json:"MultipleMatches"`
}

const tenantProvider = "Tenant"

func wirePickedOf(k sharing.Candidate) wirePicked {
	w := wirePicked{IsResolved: true, DisplayText: k.Title, MultipleMatches: []wirePicked{}}
	switch {
	case k.User.ID != "":
		w.person(k)
	case k.Group.ID != "":
		w.group(k)
	case k.SiteGroup.ID != 0:
		w.Key, w.Description, w.EntityType = k.SiteGroup.Title, k.SiteGroup.Title, "SPGroup"
		w.DisplayText = k.SiteGroup.Title
		w.EntityData = map[string]string{
			"SPGroupID": strconv.Itoa(k.SiteGroup.ID), "AccountName": k.SiteGroup.Title, "PrincipalType": "SharePointGroup",
		}
	case k.Email != "":
		w.address(k)
	default:
		w.Key, w.Description, w.EntityType = k.Claim, k.Title, "SecGroup"
		w.ProviderName, w.ProviderDisplayName = tenantProvider, tenantProvider
		w.EntityData = map[string]string{"AccountName": k.Claim, "PrincipalType": "SecurityGroup"}
	}
	return w
}

func (w *wirePicked) person(k sharing.Candidate) {
	u := k.User
	w.Key, w.Description, w.EntityType = drive.LoginName(u), u.UserPrincipalName, "User"
	w.DisplayText = u.DisplayName
	w.ProviderName, w.ProviderDisplayName = tenantProvider, tenantProvider
	w.EntityData = map[string]string{
		"IsAltSecIdPresent": "False", "Title": u.JobTitle, "Email": u.Mail, "MobilePhone": u.MobilePhone,
		"ObjectId": u.ID, "Department": u.Department,
	}
	if u.External() || u.Type == state.Guest {
		w.Description = u.Mail
		w.EntityData["PrincipalType"] = "GUEST_USER"
	}
	if k.SiteUser != 0 {
		w.EntityData["SPUserID"] = strconv.Itoa(k.SiteUser)
	}
}

func (w *wirePicked) group(k sharing.Candidate) {
	w.Key, w.EntityType = "c:0t.c|tenant|"+k.Group.ID, "SecGroup"
	w.DisplayText, w.Description = k.Group.DisplayName, k.Group.DisplayName
	if k.Claim != "" {
		w.Key = k.Claim
	}
	if strings.HasPrefix(w.Key, "c:0o.c|") {
		w.EntityType = "FormsRole"
	}
	w.ProviderName, w.ProviderDisplayName = tenantProvider, tenantProvider
	w.EntityData = map[string]string{
		"DisplayName": k.Group.DisplayName, "Email": k.Group.Mail, "Title": "", "MobilePhone": "", "Department": "",
	}
}

// address is somebody whom nobody here knows: the picker offers the bare address.
func (w *wirePicked) address(k sharing.Candidate) {
	w.Key, w.DisplayText, w.Description = k.Email, k.Email, k.Email
	blocked := "False"
	if k.Blocked != nil {
		blocked = "True"
	}
	w.EntityData = map[string]string{
		"SPUserID": k.Email, "Email": k.Email, "IsBlocked": blocked, "PrincipalType": "UNVALIDATED_EMAIL_ADDRESS",
		"AccountName": k.Email, "SIPAddress": k.Email, "IsBlockedOnODB": blocked,
	}
}
