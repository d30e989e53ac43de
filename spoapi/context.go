package spoapi

import "github.com/tennantite/tennantite/emulator/odata"

// wireContext is SP.ContextWebInformation.
type wireContext struct {
	Timeout   int      `json:"FormDigestTimeoutSeconds"`
	Digest    string   `json:"FormDigestValue"`
	Library   string   `json:"LibraryVersion"`
	SiteURL   string   `json:"SiteFullUrl"`
	Supported []string `json:"SupportedSchemaVersions"`
	WebURL    string   `json:"WebFullUrl"`
}

func (wireContext) edmKind() string { return "SP.ContextWebInformation" }

// contextOperations is POST {web}/_api/contextinfo, which everybody who is somebody may ask (sharepoint.md 2.3).
func contextOperations() []operation {
	return []operation{{
		Name: "contextinfo", Method: "POST", Segment: "contextinfo", ReadOnly: true,
		Source:  "sharepoint.md 2.3",
		Handler: getContext,
	}}
}

func getContext(c *request, _ *odata.Call) (any, error) {
	url := c.webURL(c.site)
	return result{name: "GetContextWebInformation", kind: "SP.ContextWebInformation", value: wireContext{
		Timeout:   int(digestLife.Seconds()),
		Digest:    c.digest(c.tx.Now()),
		Library:   libraryVersion,
		SiteURL:   url,
		Supported: []string{"14.0.0.0", "15.0.0.0"},
		WebURL:    url,
	}}, nil
}
