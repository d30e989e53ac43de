package spoapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/spoapi/csom"
)

// office365Object is the manager of external users (sharepoint.md 6.3).
func (s *csomServer) office365Object() *csom.Object {
	return &csom.Object{Type: externalNamespace + "Office365Tenant", Identity: adminIdentity + s.tenant.ID + "\nOffice365Tenant", Call: s.callOffice365}
}

func (s *csomServer) callOffice365(name string, args []csom.Value) (any, bool, error) {
	switch name {
	case "GetExternalUsers", "GetExternalUsersWithSortBy":
		o, err := s.externals("", args)
		return o, true, err
	case "GetExternalUsersForSite", "GetExternalUsersForSiteWithSortBy":
		o, err := s.externals(csom.Arg(args, 0).Text, args[min(1, len(args)):])
		return o, true, err
	case "RemoveExternalUsers":
		o, err := s.removeExternalsObject(csom.Arg(args, 0))
		return o, true, err
	case "DisableSharingForNonOwnersOfSite":
		return nil, true, s.disableSharing(csom.Arg(args, 0).Text)
	case "IsSharingDisabledForNonOwnersOfSite":
		site, err := s.siteByAddress(csom.Arg(args, 0).Text)
		return site.Sharing.DisableSharingForNonOwners, true, err
	}
	return nil, false, nil
}

// externals is a page of external users: position, page size, filter, order.
func (s *csomServer) externals(site string, args []csom.Value) (*csom.Object, error) {
	position, err := csom.Arg(args, 0).Int()
	if err != nil {
		return nil, err
	}
	size, err := csom.Arg(args, 1).Int()
	if err != nil {
		return nil, err
	}
	page, err := s.externalPage(externalsBody{
		Site: site, Position: anInt(position), Size: anInt(size), Filter: new(csom.Arg(args, 2).Text), Order: anInt(orderOf(csom.Arg(args, 3))),
	})
	if err != nil {
		return nil, err
	}
	list := &csom.Object{Type: externalNamespace + "ExternalUserCollection", Items: []*csom.Object{}}
	for _, w := range page.Users {
		list.Items = append(list.Items, &csom.Object{Type: externalNamespace + "ExternalUser", Scalars: []csom.Scalar{
			{Name: "AcceptedAs", Value: w.AcceptedAs},
			{Name: "DisplayName", Value: w.DisplayName},
			{Name: "InvitedAs", Value: w.InvitedAs},
			{Name: "InvitedBy", Value: optionalText(w.InvitedBy)},
			{Name: "IsCrossTenant", Value: w.IsCrossTenant},
			{Name: "LoginName", Value: w.LoginName},
			{Name: "UniqueId", Value: w.UniqueID},
			{Name: "UserId", Value: w.UserID},
			{Name: "WhenCreated", Value: w.WhenCreated},
		}})
	}
	return &csom.Object{
		Type: externalNamespace + "GetExternalUsersResults", Identity: adminIdentity + s.tenant.ID + "\nGetExternalUsersResults",
		Scalars: []csom.Scalar{
			{Name: "TotalUserCount", Value: page.Total}, {Name: "UserCollectionPosition", Value: page.Next},
		},
		Navigation: func(name string) (any, bool, error) { return list, name == "ExternalUserCollection", nil },
	}, nil
}

func optionalText(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// orderOf reads a sort order: 1 or Descending is descending.
func orderOf(v csom.Value) int {
	if v.Text == "1" || strings.EqualFold(v.Text, "Descending") {
		return 1
	}
	return 0
}

func (s *csomServer) removeExternalsObject(ids csom.Value) (*csom.Object, error) {
	var list []string
	for _, v := range ids.Items {
		list = append(list, v.Text)
	}
	done, failed, err := s.removeExternals(list)
	if err != nil {
		return nil, err
	}
	return &csom.Object{
		Type: externalNamespace + "RemoveExternalUsersResults", Identity: adminIdentity + s.tenant.ID + "\nRemoveExternalUsersResults",
		Scalars: []csom.Scalar{{Name: "RemoveSucceeded", Value: done}, {Name: "RemoveFailed", Value: failed}},
	}, nil
}

func (s *csomServer) disableSharing(address string) error {
	site, err := s.siteByAddress(address)
	if err != nil {
		return err
	}
	return sharing.SetSite(s.tx, s.caller, site, map[string]any{"DisableSharingForNonOwners": true})
}

// externalsBody are the parameters of GetExternalUsers and its kin.
type externalsBody struct {
	Site     string  `json:"siteUrl"`
	Position anInt   `json:"position"`
	Size     anInt   `json:"pageSize"`
	Filter   *string `json:"filter"`
	Order    anInt   `json:"sortOrder"`
}

// externalPage is a page of external users, for CSOM and REST.
type externalPage struct {
	Users       []wireExternal
	Total, Next int
}

func (c *request) externalPage(b externalsBody) (externalPage, error) {
	q := sharing.ExternalsQuery{Position: int(b.Position), Size: int(b.Size), Filter: deref(b.Filter), Descending: b.Order == 1}
	if b.Site != "" {
		site, err := c.siteByAddress(b.Site)
		if err != nil {
			return externalPage{}, err
		}
		q.Site = &site
	}
	list, total, next, err := sharing.Externals(c.tx, c.tenant.ID, q)
	page := externalPage{Total: total, Next: next}
	for _, e := range list {
		page.Users = append(page.Users, wireExternalOf(e))
	}
	return page, err
}

const mostRemoved = 100

// removeExternals removes guests for ever, by their unique ids.
func (c *request) removeExternals(ids []string) (done, failed []string, err error) {
	if len(ids) > mostRemoved {
		return nil, nil, problem.For(problem.Invalid, problem.LimitExceeded, "uniqueIds", "At most %d users can be removed at once.", mostRemoved)
	}
	done, failed = []string{}, []string{}
	for _, id := range ids {
		e, ok := sharing.FindExternal(c.tx, c.tenant.ID, id)
		if !ok {
			failed = append(failed, id)
			continue
		}
		if err := c.Groups.RemoveExternal(c.tx, c.caller, e.User); err != nil {
			return nil, nil, err
		}
		done = append(done, id)
	}
	return done, failed, nil
}
