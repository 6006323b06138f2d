package tests

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "brood"
	root   = ".." // go test runs in the package's folder
)

// source is one Go file of the project, for whatever system it is written.
type source struct {
	name string // relative to the root, with slashes
	tree *ast.File
}

// parse returns the source with the given name and text.
func parse(t *testing.T, name, text string) source {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	return source{name, tree}
}

// load returns all Go files of the project, except what the go command would
// ignore too.
func load(t *testing.T) []source {
	t.Helper()
	var files []source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		hidden := base != root && strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")
		if entry.IsDir() && (hidden || base == "testdata") {
			return filepath.SkipDir
		}
		if entry.IsDir() || hidden || path.Ext(base) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		files = append(files, parse(t, filepath.ToSlash(relative), string(text)))
		return nil
	})
	require.NoError(t, err)
	return files
}

// pkg returns the package's path relative to the module.
func (s source) pkg() string { return path.Dir(s.name) }

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// imports returns the paths that the file imports.
func (s source) imports() []string {
	var paths []string
	for _, spec := range s.tree.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// calls reports whether the file names the function of the package, as in
// calls("time", "Sleep"), under whatever name it imports the package.
func (s source) calls(pkg, function string) bool {
	local := ""
	for _, spec := range s.tree.Imports {
		if spec.Path.Value == strconv.Quote(pkg) {
			local = path.Base(pkg)
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	found := false
	ast.Inspect(s.tree, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok || selector.Sel.Name != function {
			return true
		}
		if of, ok := selector.X.(*ast.Ident); ok && local != "" && of.Name == local {
			found = true
		}
		return true
	})
	return found
}

// match reports whether pkg is the package pattern, or lies below it if
// pattern ends in /... .
func match(pattern, pkg string) bool {
	if above, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == above || strings.HasPrefix(pkg, above+"/")
	}
	return pkg == pattern
}

func matchAny(patterns []string, pkg string) bool {
	for _, pattern := range patterns {
		if match(pattern, pkg) {
			return true
		}
	}
	return false
}
