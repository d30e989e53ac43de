package spoapi

import (
	"net/url"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// moveOperations are SP.MoveCopyUtil, which moves and copies between sites too (sharepoint.md 5).
func moveOperations() []operation {
	move := func(name string, copies bool) operation {
		return operation{
			Name: "SP.MoveCopyUtil." + name, Method: "POST", Segment: "SP.MoveCopyUtil." + name, Params: []string{"overwrite"},
			Source: "sharepoint.md 5", Handler: moveCopy(name, copies),
		}
	}
	return writing(
		move("MoveFile", false), move("MoveFileByPath", false), move("MoveFolder", false), move("MoveFolderByPath", false),
		move("CopyFile", true), move("CopyFileByPath", true), move("CopyFolder", true), move("CopyFolderByPath", true),
	)
}

// targetArg is the address in a call of moveTo or copyTo.
func targetArg(args odata.Args) string {
	for _, name := range []string{"newUrl", "strNewUrl", "decodedUrl"} {
		if s := args.Text(name); s != "" {
			return s
		}
	}
	return ""
}

// moveTo moves a file or folder: flags 1 and moveOperations 1 replace what is there.
func moveTo(c *request, call *odata.Call) (any, error) {
	const overwrite = 1
	at := placeOf(call.Value)
	flags, _ := call.Args.Int("flags")
	if n, ok := call.Args.Int("moveOperations"); ok {
		flags = n
	}
	in := struct{ NewURL string }{targetArg(call.Args)}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return void{"MoveTo"}, c.move(at, in.NewURL, flags&overwrite != 0, false)
}

func copyTo(c *request, call *odata.Call) (any, error) {
	err := c.copy(placeOf(call.Value), targetArg(call.Args), call.Args.Bool("bOverWrite"), false)
	return void{"CopyTo"}, err
}

// moveCopy is one of the functions of SP.MoveCopyUtil: addresses in the body, as text or as resource paths.
func moveCopy(name string, copies bool) func(*request, *odata.Call) (any, error) {
	return func(c *request, call *odata.Call) (any, error) {
		var in struct {
			SrcURL, DestURL   string
			SrcPath, DestPath struct{ DecodedURL string }
			Overwrite         *bool
			Options           struct{ KeepBoth bool }
		}
		if err := c.decode(&in); err != nil {
			return nil, err
		}
		overwrite := call.Args.Bool("overwrite")
		set(&overwrite, in.Overwrite)
		from, to := in.SrcURL+in.SrcPath.DecodedURL, in.DestURL+in.DestPath.DecodedURL
		at, err := c.placeAt(from)
		if err != nil || at.Item.ID == "" {
			return nil, errFile(from)
		}
		if copies {
			err = c.copy(at, to, overwrite, in.Options.KeepBoth)
		} else {
			err = c.move(at, to, overwrite, in.Options.KeepBoth)
		}
		return void{name}, err
	}
}

// target returns the folder and the name that an address stands for, in any site of the tenant.
func (c *request) target(address string, near drive.Place) (drive.Place, string, error) {
	path := strings.TrimSuffix(address, "/")
	host := ""
	if u, err := url.Parse(path); err == nil && u.Host != "" {
		host, path = u.Scheme+"://"+u.Host, u.Path
	}
	if host == "" && !strings.HasPrefix(path, "/") {
		path = serverPath(near.Site, path)
	}
	cut := strings.LastIndexByte(path, '/')
	if cut <= 0 || path[cut+1:] == "" {
		return near, "", problem.For(problem.Invalid, problem.InvalidProperty, "newUrl", "The address of the target is malformed.")
	}
	up, err := c.placeAt(host + (&url.URL{Path: path[:cut]}).EscapedPath())
	if host == "" {
		up, err = c.placeAt(path[:cut])
	}
	if err != nil || up.List.ID == "" || up.Item.Kind != state.Folder {
		return near, "", errFolder
	}
	if up.Item.ID == "" {
		up.Item = drive.Root(c.tx, up.List)
	}
	return up, path[cut+1:], nil
}

func conflictOf(overwrite, keepBoth bool) drive.Conflict {
	switch {
	case keepBoth:
		return drive.Rename
	case overwrite:
		return drive.Replace
	}
	return drive.Fail
}

// move puts an item into another folder. Within a library it stays the same item; beyond it is copied and the original
// deleted, as the service does.
func (c *request) move(at drive.Place, to string, overwrite, keepBoth bool) error {
	up, name, err := c.target(to, at)
	if err != nil {
		return err
	}
	if err := c.require(at, state.RoleWrite); err != nil {
		return err
	}
	if up.List.ID != at.List.ID {
		if err := c.copy(at, to, overwrite, keepBoth); err != nil {
			return err
		}
		return drive.DeleteForGood(c.tx, at.List, at.Item, "", c.actor())
	}
	if err := c.require(up, state.RoleWrite); err != nil {
		return err
	}
	_, err = drive.UpdateItem(c.tx, at.List, at.Item, drive.ItemChange{
		Name: &name, Parent: &up.Item, Conflict: conflictOf(overwrite, keepBoth), By: c.actor(),
	})
	if problem.ReasonOf(err) == problem.NameExists {
		err = errFileTaken(c.folderPath(up) + "/" + name)
	}
	return err
}

func (c *request) copy(at drive.Place, to string, overwrite, keepBoth bool) error {
	up, name, err := c.target(to, at)
	if err != nil {
		return err
	}
	if err := c.require(at, state.RoleRead); err != nil {
		return err
	}
	if err := c.require(up, state.RoleWrite); err != nil {
		return err
	}
	o, err := drive.Copy(c.tx, at.Item, drive.CopySpec{
		List: up.List, Parent: up.Item, Name: name, Conflict: conflictOf(overwrite, keepBoth), By: c.actor(),
	})
	if err != nil {
		return err
	}
	if o.Status == "failed" {
		return errFileTaken(c.folderPath(up) + "/" + name)
	}
	return nil
}
