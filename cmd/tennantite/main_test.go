package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tennantite": main})
}

// TestScript runs the claims about the command line in testdata/script.
//
//	started FILE     waits for the file of --addr-file and sets $http, $https and $proxy to the addresses
//	[isolation]      holds where the system gives a command namespaces of its own
//	[requests]       holds where Debian's python3-requests is installed
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir) // nothing is kept in the user's folders, on no system
			env.Setenv("USERPROFILE", env.WorkDir)
			for _, name := range []string{"XDG_CACHE_HOME", "LocalAppData"} {
				env.Setenv(name, filepath.Join(env.WorkDir, "cache"))
			}
			if dir, err := os.UserCacheDir(); err == nil {
				env.Setenv("GOCACHE", filepath.Join(dir, "go-build")) // but what Go builds in a script may stay
			}
			return nil
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "isolation":
				return exec.Command("unshare", "--user", "--map-root-user", "--mount", "--net", "true").Run() == nil, nil
			case "requests":
				return exec.Command("/usr/bin/python3", "-c", "import requests").Run() == nil, nil
			}
			return false, fmt.Errorf("no condition is named %s", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"started": started},
	})
}

func started(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: started FILE")
	}
	const patience, pause = 30 * time.Second, 10 * time.Millisecond
	path := ts.MkAbs(args[0])
	for waited := time.Duration(0); ; waited += pause {
		if _, err := os.Stat(path); err == nil {
			break
		}
		if waited > patience {
			ts.Fatalf("%s was not written", args[0])
		}
		<-time.NewTimer(pause).C
	}
	text, err := os.ReadFile(path)
	ts.Check(err)
	var addresses map[string]string
	ts.Check(json.Unmarshal(text, &addresses))
	for _, name := range []string{"http", "https", "proxy"} {
		ts.Setenv(name, addresses[name])
	}
}
