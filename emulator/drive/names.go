package drive

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Limits of the service (restrictions and limitations in OneDrive and SharePoint, support.microsoft.com).
const (
	maxName = 255 // UTF-16 units
	maxPath = 400 // of the decoded path, site included
)

const forbidden = `"*:<>?/\|`

// CheckName tells whether a file or folder may bear the name. It fails with NameInvalid or PathTooLong.
func CheckName(name string) error {
	bad := func(why string) error {
		return problem.For(problem.Invalid, problem.NameInvalid, "name", "The provided name cannot contain %s.", why)
	}
	switch {
	case name == "" || strings.TrimSpace(name) == "":
		return problem.For(problem.Invalid, problem.NameInvalid, "name", "The name must not be empty.")
	case !utf8.ValidString(name):
		return bad("text that is not UTF-8")
	case strings.ContainsAny(name, forbidden):
		return bad("any of " + forbidden)
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return bad("control characters")
	case strings.HasPrefix(name, "~"):
		return bad("a tilde at its beginning")
	case strings.HasPrefix(name, " ") || strings.HasSuffix(name, " "):
		return bad("blanks at its ends")
	case name == "." || name == ".." || strings.HasSuffix(name, "."):
		return bad("a dot at its end")
	case utf16Length(name) > maxName:
		return problem.For(problem.Invalid, problem.PathTooLong, "name", "The name is longer than %d characters.", maxName)
	case reserved(name):
		return problem.For(problem.Invalid, problem.NameInvalid, "name", "The name is reserved.")
	}
	return nil
}

func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// reserved are names that Windows or SharePoint keep for themselves.
func reserved(name string) bool {
	lower := strings.ToLower(name)
	switch lower {
	case "con", "prn", "aux", "nul", ".lock", "desktop.ini":
		return true
	}
	if len(lower) == 4 && (strings.HasPrefix(lower, "com") || strings.HasPrefix(lower, "lpt")) && lower[3] >= '0' && lower[3] <= '9' {
		return true
	}
	return strings.Contains(lower, "_vti_")
}

// checkPlace checks a name with the path that it makes. It fails with NameInvalid or PathTooLong.
func checkPlace(tx *state.Tx, l state.List, parent state.Item, name string, folder bool) error {
	return containerOf(tx, l, parent).check(name, folder)
}

// container is what a folder says of the names in it.
type container struct {
	top  bool   // the root folder of a library
	path string // of the folder, site included, with a slash at its end
}

func containerOf(tx *state.Tx, l state.List, folder state.Item) container {
	path := l.Path + "/"
	if above := Path(tx, folder); above != "" {
		path += above + "/"
	}
	if s, ok := tx.Site(l.TenantID, l.SiteID); ok {
		path = strings.TrimPrefix(s.Path, "/") + "/" + path
	}
	return container{top: folder.Root() && l.Library(), path: path}
}

func (c container) check(name string, folder bool) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if c.top && folder && strings.EqualFold(name, "forms") {
		return problem.For(problem.Invalid, problem.NameInvalid, "name", "The name is reserved.")
	}
	if utf16Length(c.path)+utf16Length(name) > maxPath {
		return problem.For(problem.Invalid, problem.PathTooLong, "name", "The specified file or folder path is longer than %d characters.", maxPath)
	}
	return nil
}

// freeName is the name itself or, where it is taken, with the first free number: "a 1.txt" (graph.md 7.4).
func freeName(tx *state.Tx, l state.List, parent state.Item, name string, folder bool) string {
	if _, taken := tx.ItemByName(l.TenantID, l.ID, parent.ID, name); !taken {
		return name
	}
	stem, ext := name, ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && !folder {
		stem, ext = name[:dot], name[dot:]
	}
	for n := 1; ; n++ {
		next := stem + " " + strconv.Itoa(n) + ext
		if _, taken := tx.ItemByName(l.TenantID, l.ID, parent.ID, next); !taken {
			return next
		}
	}
}

// mimeTypes are those that the service derives from a name; everything else is application/octet-stream.
//
//nolint:gochecknoglobals // a constant table
var mimeTypes = map[string]string{
	".aac": "audio/aac", ".avi": "video/x-msvideo", ".bmp": "image/bmp", ".css": "text/css", ".csv": "text/csv",
	".doc": "application/msword", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".gif": "image/gif", ".gz": "application/gzip", ".heic": "image/heic", ".htm": "text/html", ".html": "text/html",
	".ico": "image/x-icon", ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".js": "text/javascript", ".json": "application/json",
	".md": "text/markdown", ".mkv": "video/x-matroska", ".mov": "video/quicktime", ".mp3": "audio/mpeg", ".mp4": "video/mp4",
	".msg": "application/vnd.ms-outlook", ".odp": "application/vnd.oasis.opendocument.presentation",
	".ods": "application/vnd.oasis.opendocument.spreadsheet", ".odt": "application/vnd.oasis.opendocument.text",
	".one": "application/onenote", ".pdf": "application/pdf", ".png": "image/png", ".ppt": "application/vnd.ms-powerpoint",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".rtf": "application/rtf",
	".svg": "image/svg+xml", ".tif": "image/tiff", ".tiff": "image/tiff", ".txt": "text/plain", ".wav": "audio/wav",
	".webm": "video/webm", ".webp": "image/webp", ".xls": "application/vnd.ms-excel",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xml": "text/xml", ".yaml": "text/yaml",
	".yml": "text/yaml", ".zip": "application/x-zip-compressed",
}

// MimeType is what the service takes a file of that name for.
func MimeType(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		if t := mimeTypes[strings.ToLower(name[dot:])]; t != "" {
			return t
		}
	}
	return "application/octet-stream"
}
