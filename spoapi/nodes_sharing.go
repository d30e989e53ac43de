package spoapi

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/odata"
)

// sharingNodes are the nodes of the sharing interface.
func sharingNodes() []node { return nil }

// sharingRootChildren stand directly below _api.
func sharingRootChildren() []child { return nil }

// sharingRootOperations stand directly below _api: the functions of SP.Web and of the sharing managers, the people picker.
// SP.Web.DeleteObjectLink is not among the service's functions (sharepoint.md 3.1).
func sharingRootOperations() []operation {
	op := func(name string, h func(*request, *odata.Call) (any, error)) operation {
		return operation{Name: "SP.Web." + name, Method: "POST", Segment: "SP.Web." + name, Source: "sharepoint.md 3.1", Handler: h}
	}
	return slices.Concat(
		writing(op("ShareObject", shareObject), op("UnshareObject", unshareObject), op("ForwardObjectLink", forwardLink)),
		reading(op("GetObjectSharingSettings", objectSettings)),
		legacyLinkOperations(), documentOperations(), objectInformationOperations(), requestOperations(), pickerOperations(),
	)
}

// sharingWebOperations stand below web.
func sharingWebOperations() []operation {
	op := func(name string, h func(*request, *odata.Call) (any, error)) operation {
		return operation{Name: "web." + name, Method: "POST", Segment: name, Source: "sharepoint.md 3.1", Handler: h}
	}
	return slices.Concat(
		writing(op("shareObject", shareObject), op("unshareObject", unshareObject)),
		reading(op("GetSharingLinkData", sharingLinkData), op("GetSharingLinkKind", sharingLinkKind), op("getObjectSharingSettings", objectSettings)),
		controlling(op("SetUseAccessRequestDefaultAndUpdate", setRequestDefault), op("SetAccessRequestSiteDescriptionAndUpdate", setRequestDescription)),
	)
}

// sharingWebChildren stand below web: what a sharing link leads to.
func sharingWebChildren() []child {
	return []child{
		{Name: "GetFileByGuestUrl", Of: "file", Params: []string{"guestUrl"}, Resolve: guestURLPlace(false)},
		{Name: "GetFolderByGuestUrl", Of: "folder", Params: []string{"guestUrl"}, Resolve: guestURLPlace(true)},
	}
}

// sharingItemOperations stand below a list item.
func sharingItemOperations() []operation {
	op := func(name string, h func(*request, *odata.Call) (any, error)) operation {
		return operation{Name: "item." + name, Method: "POST", Segment: name, Source: "sharepoint.md 3.1", Handler: h}
	}
	get := op("getSharingInformation", sharingInformation)
	get.Name, get.Method = "item.getSharingInformation.get", "GET"
	return slices.Concat(
		writing(
			op("shareObject", shareItem), op("unshareObject", unshareItem), op("shareLink", shareLink), op("unshareLink", unshareLink),
			op("deleteLinkByKind", unshareLink),
		),
		reading(
			op("getSharingInformation", sharingInformation), op("getObjectSharingSettings", itemSettings), op("checkPermissions", checkPermissions), get,
		),
	)
}
