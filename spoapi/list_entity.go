package spoapi

import (
	"fmt"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireList is SP.List.
type wireList struct {
	AllowContentTypes       bool       `json:"AllowContentTypes"`
	BaseTemplate            int        `json:"BaseTemplate"`
	BaseType                int        `json:"BaseType"`
	ContentTypesEnabled     bool       `json:"ContentTypesEnabled"`
	Created                 time.Time  `json:"Created"`
	CurrentChangeToken      wireToken  `json:"CurrentChangeToken"`
	DefaultItemOpen         int        `json:"DefaultItemOpenInBrowser"`
	Description             string     `json:"Description"`
	Direction               string     `json:"Direction"`
	DraftVersionVisibility  int        `json:"DraftVersionVisibility"`
	EnableAttachments       bool       `json:"EnableAttachments"`
	EnableFolderCreation    bool       `json:"EnableFolderCreation"`
	EnableMinorVersions     bool       `json:"EnableMinorVersions"`
	EnableModeration        bool       `json:"EnableModeration"`
	EnableVersioning        bool       `json:"EnableVersioning"`
	EntityTypeName          string     `json:"EntityTypeName"`
	FileSavePostProcessing  bool       `json:"FileSavePostProcessingEnabled"`
	ForceCheckout           bool       `json:"ForceCheckout"`
	HasExternalDataSource   bool       `json:"HasExternalDataSource"`
	Hidden                  bool       `json:"Hidden"`
	ID                      string     `json:"Id"`
	ImagePath               wirePath   `json:"ImagePath"`
	ImageURL                string     `json:"ImageUrl"`
	IrmEnabled              bool       `json:"IrmEnabled"`
	IsApplicationList       bool       `json:"IsApplicationList"`
	IsCatalog               bool       `json:"IsCatalog"`
	IsPrivate               bool       `json:"IsPrivate"`
	ItemCount               int        `json:"ItemCount"`
	LastItemDeletedDate     time.Time  `json:"LastItemDeletedDate"`
	LastItemModifiedDate    time.Time  `json:"LastItemModifiedDate"`
	LastItemUserModified    time.Time  `json:"LastItemUserModifiedDate"`
	ListExperienceOptions   int        `json:"ListExperienceOptions"`
	ListItemEntityTypeName  string     `json:"ListItemEntityTypeFullName"`
	MajorVersionLimit       int        `json:"MajorVersionLimit"`
	MajorWithMinorVersions  int        `json:"MajorWithMinorVersionsLimit"`
	MultipleURILinks        bool       `json:"MultipleUriLinks"`
	NoCrawl                 bool       `json:"NoCrawl"`
	ParentWebPath           wirePath   `json:"ParentWebPath"`
	ParentWebURL            string     `json:"ParentWebUrl"`
	ParserDisabled          bool       `json:"ParserDisabled"`
	ServerTemplateCreate    bool       `json:"ServerTemplateCanCreateFolders"`
	TemplateFeatureID       string     `json:"TemplateFeatureId"`
	Title                   string     `json:"Title"`
	HasUnique               bool       `json:"HasUniqueRoleAssignments" odata:"select"`
	Rights                  wireRights `json:"EffectiveBasePermissions" odata:"select"`
	DefaultViewURL          string     `json:"DefaultViewUrl" odata:"select"`
	DefaultDisplayFormURL   string     `json:"DefaultDisplayFormUrl" odata:"select"`
	DefaultNewFormURL       string     `json:"DefaultNewFormUrl" odata:"select"`
	DefaultEditFormURL      string     `json:"DefaultEditFormUrl" odata:"select"`
	OnQuickLaunch           bool       `json:"OnQuickLaunch" odata:"select"`
	ValidationFormula       *string    `json:"ValidationFormula" odata:"select"`
	ValidationMessage       *string    `json:"ValidationMessage" odata:"select"`
	SchemaXML               string     `json:"SchemaXml" odata:"select"`
	IsSiteAssetsLibrary     bool       `json:"IsSiteAssetsLibrary" odata:"select"`
	PageRenderType          int        `json:"PageRenderType" odata:"select"`
	ReadSecurity            int        `json:"ReadSecurity" odata:"select"`
	WriteSecurity           int        `json:"WriteSecurity" odata:"select"`
	AdditionalUXProperties  *string    `json:"AdditionalUXProperties" odata:"select"`
	DefaultSensitivityLabel string     `json:"DefaultSensitivityLabelForLibrary" odata:"select"`
}

// The feature that a list's template belongs to.
const (
	libraryFeature = "00bfea71-e717-4e80-aa17-d0c71b360101"
	listFeature    = "00bfea71-de22-43b2-a848-c05709900100"
)

func listPath(l state.List) string { return "Web/Lists(guid'" + l.ID + "')" }

// entityName is a list's name as a type: "Shared Documents" → Shared_x0020_Documents, "Lists/Tasks" → TasksList.
func entityName(l state.List) string {
	path, found := strings.CutPrefix(l.Path, "Lists/")
	var b strings.Builder
	for _, r := range path {
		switch {
		case r == '_', r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "_x%04x_", r)
		}
	}
	if found {
		b.WriteString("List")
	}
	return b.String()
}

// itemKind is the type of a list's items.
func itemKind(l state.List) string {
	name := entityName(l)
	if l.Library() {
		return "SP.Data." + name + "Item"
	}
	return "SP.Data." + name + "Item"
}

func (c *request) listEntity(at drive.Place) *entity {
	s, l := at.Site, at.List
	at.Item = state.Item{}
	path := drive.ListPath(s, l)
	w := wireList{
		AllowContentTypes: true, BaseTemplate: l.Template, Created: l.CreatedAt, CurrentChangeToken: c.token(scopeList, l.ID),
		Description: l.Description, Direction: "none", EnableFolderCreation: l.Library(), EnableVersioning: true,
		EntityTypeName: entityName(l), Hidden: l.Hidden, ID: l.ID, ImageURL: "/_layouts/15/images/itgen.png?rev=47",
		ImagePath: wirePath{"/_layouts/15/images/itgen.png?rev=47"}, EnableAttachments: !l.Library(),
		ItemCount: c.countItems(l), LastItemDeletedDate: l.CreatedAt, LastItemModifiedDate: latest(l.ModifiedAt, l.CreatedAt),
		LastItemUserModified: latest(l.ModifiedAt, l.CreatedAt), ListItemEntityTypeName: itemKind(l), MajorVersionLimit: 500,
		ParentWebPath: wirePath{webPath(s)}, ParentWebURL: webPath(s), ServerTemplateCreate: true, TemplateFeatureID: listFeature,
		Title: l.Title, HasUnique: sharing.Unique(at), Rights: c.rightsAt(at), OnQuickLaunch: !l.Hidden,
		DefaultViewURL: path + "/AllItems.aspx", DefaultDisplayFormURL: path + "/DispForm.aspx",
		DefaultNewFormURL: path + "/NewForm.aspx", DefaultEditFormURL: path + "/EditForm.aspx",
		SchemaXML: fmt.Sprintf(`<List ID="{%s}" ServerTemplate="%d"/>`, strings.ToUpper(l.ID), l.Template),
	}
	if l.Library() {
		w.BaseType, w.TemplateFeatureID, w.FileSavePostProcessing = 1, libraryFeature, false
		w.ImageURL = "/_layouts/15/images/itdl.png?rev=47"
		w.ImagePath = wirePath{w.ImageURL}
		w.DefaultViewURL = path + "/Forms/AllItems.aspx"
	}
	return &entity{
		kind: "SP.List", web: c.webURL(s), path: listPath(l), id: c.webURL(s) + "/_api/" + listPath(l), etag: fmt.Sprintf(`"%d"`, l.Seq), props: w,
		links: append(c.securableLinks(at), []link{
			{"ContentTypes", func() (any, error) { return c.contentTypePage(at), nil }},
			{"Fields", func() (any, error) { return c.fieldPage(at), nil }},
			{"Items", func() (any, error) { return c.itemPage(at, nil) }},
			{"ParentWeb", func() (any, error) { return c.webEntity(s), nil }},
			{"RootFolder", func() (any, error) {
				return c.folderEntity(drive.Place{Site: s, List: l, Item: drive.Root(c.tx, l)}), nil
			}},
			{"Views", func() (any, error) { return c.viewPage(at), nil }},
			{"DefaultView", func() (any, error) { return c.viewEntity(at), nil }},
		}...),
	}
}

// countItems is the number of a list's living items, folders included.
func (c *request) countItems(l state.List) int {
	n := 0
	for i := range c.tx.Items(l.TenantID, l.ID) {
		if i.DeletedAt.IsZero() && !i.Root() {
			n++
		}
	}
	return n
}
