package links

import "net/url"

// Addresses that need no token, because nobody can guess them. All are below the SharePoint host's /_api/v2.0.
const (
	downloads = "/_api/v2.0/downloads/"
	uploads   = "/_api/v2.0/uploadSessions/"
	monitors  = "/_api/v2.0/monitors/"
)

// AppendDownload appends to dst the pre-authenticated address of a file's content, @microsoft.graph.downloadUrl, up to the
// ticket that ends it. host is the address of the SharePoint host.
func AppendDownload(dst []byte, host, name string) []byte {
	dst = append(append(append(dst, host...), downloads...), url.PathEscape(name)...)
	return append(dst, "?tempauth="...)
}

// Thumbnail is the pre-authenticated address of a picture of a file, no larger than that.
func (o Origin) Thumbnail(prefix string, h SiteHost, name, ticket, size string) string {
	return o.SharePoint(prefix, h) + downloads + url.PathEscape(name) + "/thumbnail?tempauth=" + ticket + "&size=" + size
}

// Upload is the address of an upload session.
func (o Origin) Upload(prefix string, h SiteHost, session string) string {
	return o.SharePoint(prefix, h) + uploads + session
}

// Monitor is the address where a long-running action is watched.
func (o Origin) Monitor(prefix string, h SiteHost, operation string) string {
	return o.SharePoint(prefix, h) + monitors + operation
}

// HostOf is the host that a site is on.
func HostOf(personal bool) SiteHost {
	if personal {
		return My
	}
	return Root
}
