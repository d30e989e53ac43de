package spoapi

import (
	"slices"

	"github.com/tennantite/tennantite/emulator/odata"
)

// The tree's types as the resource files name them.
type (
	node      = odata.Node[*request]
	key       = odata.Key[*request]
	child     = odata.Child[*request]
	operation = odata.Operation[*request]
)

// newTree links the nodes of all resource files; the first one is _api itself.
func newTree() (*odata.Tree[*request], error) {
	return odata.NewTree(odata.SharePoint, slices.Concat(
		[]node{apiNode()},
		webNodes(),
		siteNodes(),
		userNodes(),
		groupNodes(),
		roleNodes(),
		listNodes(),
		itemNodes(),
		fieldNodes(),
		folderNodes(),
		fileNodes(),
		recycleNodes(),
		subscriptionNodes(),
		searchNodes(),
		emptyNodes(),
		managerNodes(),
		sharingNodes(),
		adminNodes(),
	)...)
}

// Operations are all operations below _api that the face answers. A test of the whole goes through them, so that a new one
// cannot be forgotten.
func Operations() ([]odata.Declared, error) {
	tree, err := newTree()
	if err != nil {
		return nil, err
	}
	return tree.Declared(), nil
}

// apiNode is the root of _api.
func apiNode() node {
	return node{
		Name: "api",
		Children: slices.Concat([]child{
			{Name: "web", Of: "web", Resolve: currentWeb},
			{Name: "site", Of: "site", Resolve: currentWeb},
			{Name: "lists", Of: "lists", Resolve: currentWeb},
			{Name: "search", Of: "search"},
			{Name: "SPSiteManager", Of: "sitemanager"},
			{Name: "GroupSiteManager", Of: "groupmanager"},
			{Name: "SP.AppContextSite", Of: "appcontext", Params: []string{"siteUrl"}, Resolve: otherSite},
		}, sharingRootChildren(), adminRootChildren()),
		Operations:  slices.Concat(contextOperations(), moveOperations(), siteOperations(), sharingRootOperations(), adminRootOperations()),
		NotEmulated: []string{"$metadata", "SP.Publishing.SitePageService", "SP.UserProfiles.PeopleManager", "TermStore", "v2.1"},
	}
}

// The permissions of SharePoint's own API, from least to most.
const (
	allSitesRead   = "AllSites.Read"
	allSitesWrite  = "AllSites.Write"
	allSitesManage = "AllSites.Manage"
	allSitesFull   = "AllSites.FullControl"
	myFilesRead    = "MyFiles.Read"
	myFilesWrite   = "MyFiles.Write"

	sitesRead     = "Sites.Read.All"
	sitesWrite    = "Sites.ReadWrite.All"
	sitesManage   = "Sites.Manage.All"
	sitesFull     = "Sites.FullControl.All"
	sitesSelected = "Sites.Selected"
)

// reading, writing, managing and controlling give an operation the permissions that ask for that much. What the person or
// the application may do at the very place is sharing's decision.
func reading(ops ...operation) []operation {
	for i := range ops {
		ops[i].Delegated = []string{allSitesRead, allSitesWrite, allSitesManage, allSitesFull, myFilesRead, myFilesWrite}
		ops[i].Application = []string{sitesRead, sitesWrite, sitesManage, sitesFull, sitesSelected}
		ops[i].ReadOnly = true
	}
	return ops
}

func writing(ops ...operation) []operation {
	for i := range ops {
		ops[i].Delegated = []string{allSitesWrite, allSitesManage, allSitesFull, myFilesWrite}
		ops[i].Application = []string{sitesWrite, sitesManage, sitesFull, sitesSelected}
	}
	return ops
}

func managing(ops ...operation) []operation {
	for i := range ops {
		ops[i].Delegated = []string{allSitesManage, allSitesFull}
		ops[i].Application = []string{sitesManage, sitesFull, sitesSelected}
	}
	return ops
}

func controlling(ops ...operation) []operation {
	for i := range ops {
		ops[i].Delegated = []string{allSitesFull}
		ops[i].Application = []string{sitesFull, sitesSelected}
	}
	return ops
}

// takesContent tells whether the body of an operation is the content of a file.
func takesContent(op *operation) bool {
	switch op.Name {
	case "files.add", "files.addUsingPath", "file.put", "file.post", "file.saveBinaryStream",
		"file.startUpload", "file.continueUpload", "file.finishUpload", "files.addStubUsingPath", "files.addStub",
		"item.attach":
		return true
	}
	return false
}
