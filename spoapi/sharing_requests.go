package spoapi

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// requestOperations decide about wishes to be let in (sharepoint.md 3.1).
func requestOperations() []operation {
	return controlling(operation{
		Name: "SP.AccessRequests.ChangeRequestStatus", Method: "POST", Segment: "SP.AccessRequests.ChangeRequestStatus",
		Source: "sharepoint.md 3.1", Handler: changeRequest,
	})
}

// requestBody are the parameters of ChangeRequestStatus. itemId is the number of the wish in its list, from 1 in the order
// of asking.
type requestBody struct {
	ItemID  anInt  `json:"itemId"`
	Status  anInt  `json:"newStatus"`
	Message string `json:"convStr"`
	Kind    string `json:"permType"`
	Level   anInt  `json:"permissionLevel"`
}

// The states of a request (names from the service's metadata, numbers from memory, unverified).
const (
	requestApproved = 1
	requestDenied   = 3
)

func changeRequest(c *request, _ *odata.Call) (any, error) {
	var body requestBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	all := c.accessRequests()
	n := int(body.ItemID)
	if n < 1 || n > len(all) {
		return nil, errItem
	}
	if int(body.Status) != requestApproved && int(body.Status) != requestDenied {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "newStatus", "A request is approved (1) or denied (3).")
	}
	role := state.RoleRead
	if r, ok := sharing.RoleOfDefinition(int(body.Level)); ok {
		role = r
	}
	err := c.Sharing.DecideRequest(c.tx, c.caller, all[n-1], int(body.Status) == requestApproved, role, body.Message, c.origin)
	return void{name: "ChangeRequestStatus"}, err
}

// accessRequests are the wishes at the site, in the order of asking.
func (c *request) accessRequests() []state.AccessRequest {
	return slices.SortedStableFunc(c.tx.AccessRequests(c.tenant.ID, c.site.ID), func(a, b state.AccessRequest) int {
		return a.CreatedAt.Compare(b.CreatedAt)
	})
}

// setRequestDefault answers web/SetUseAccessRequestDefaultAndUpdate: requests go to the owners, or there are none.
func setRequestDefault(c *request, call *odata.Call) (any, error) {
	var body struct {
		Use bool `json:"useAccessRequestDefault"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	at, err := sharedPlace(call)
	if err != nil {
		return nil, err
	}
	change := map[string]any{}
	if body.Use {
		change["AccessRequestEmail"] = ""
	}
	return void{}, sharing.SetSite(c.tx, c.caller, at.Site, change)
}

// setRequestDescription answers web/SetAccessRequestSiteDescriptionAndUpdate.
func setRequestDescription(c *request, call *odata.Call) (any, error) {
	var body struct {
		Text string `json:"description"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	at, err := sharedPlace(call)
	if err != nil {
		return nil, err
	}
	return void{}, sharing.SetSite(c.tx, c.caller, at.Site, map[string]any{"AccessRequestDescription": body.Text})
}
