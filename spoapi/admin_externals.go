package spoapi

import (
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/sharing"
)

// wireExternal is Microsoft.Online.SharePoint.TenantManagement.ExternalUser (sharepoint.md 6.3).
type wireExternal struct {
	AcceptedAs    string    `json:"AcceptedAs"`
	DisplayName   string    `json:"DisplayName"`
	InvitedAs     string    `json:"InvitedAs"`
	InvitedBy     *string   `json:"InvitedBy"`
	IsCrossTenant bool      `json:"IsCrossTenant"`
	LoginName     string    `json:"LoginName"`
	UniqueID      string    `json:"UniqueId"`
	UserID        int       `json:"UserId"`
	WhenCreated   time.Time `json:"WhenCreated"`
}

func wireExternalOf(e sharing.External) wireExternal {
	return wireExternal{
		AcceptedAs: e.AcceptedAs, DisplayName: e.User.DisplayName, InvitedAs: e.InvitedAs, InvitedBy: nonEmpty(e.InvitedBy),
		LoginName: e.LoginName, UniqueID: e.User.PUID, WhenCreated: e.User.CreatedAt,
	}
}

// wireExternals is GetExternalUsersResults.
type wireExternals struct {
	Total int `json:"TotalUserCount"`
	Next  int `json:"UserCollectionPosition"`
}

// getExternals answers GetExternalUsers, …WithSortBy and …ForSite.
func getExternals(c *request, _ *odata.Call) (any, error) {
	var body externalsBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	page, err := c.externalPage(body)
	if err != nil {
		return nil, err
	}
	list := &collection{kind: externalNamespace + "ExternalUser", web: c.webURL(c.site)}
	for _, w := range page.Users {
		list.items = append(list.items, &entity{
			kind: externalNamespace + "ExternalUser", web: c.webURL(c.site), path: externalNamespace + "ExternalUser" + w.UniqueID, props: w,
		})
	}
	return &entity{
		kind: externalNamespace + "GetExternalUsersResults", web: c.webURL(c.site),
		path: externalNamespace + "GetExternalUsersResults" + c.tx.NewID(), props: wireExternals{page.Total, page.Next},
		links: []link{{"ExternalUserCollection", func() (any, error) { return list, nil }}},
	}, nil
}

// wireRemovedExternals is RemoveExternalUsersResults.
type wireRemovedExternals struct {
	Failed    []string `json:"RemoveFailed"`
	Succeeded []string `json:"RemoveSucceeded"`
}

func removeExternalsREST(c *request, _ *odata.Call) (any, error) {
	var body struct {
		IDs []string `json:"uniqueIds"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	done, failed, err := c.removeExternals(body.IDs)
	if err != nil {
		return nil, err
	}
	return &entity{
		kind: externalNamespace + "RemoveExternalUsersResults", web: c.webURL(c.site),
		path: externalNamespace + "RemoveExternalUsersResults" + c.tx.NewID(), props: wireRemovedExternals{failed, done},
	}, nil
}
