package tests

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Each check returns a line for every breach of a rule, and nothing if there
// is none.

// checkEdges holds the project's own imports against the table edges.
func checkEdges(files []source) (breaches []string) {
	for _, file := range files {
		if file.isTest() && !match("tests/...", file.pkg()) {
			continue
		}
		row := slices.IndexFunc(edges, func(e edge) bool { return match(e.from, file.pkg()) })
		if row < 0 {
			breaches = append(breaches, fmt.Sprintf("%s: no row for package %s", file.name, file.pkg()))
			continue
		}
		for _, imported := range file.imports() {
			to, own := strings.CutPrefix(imported, module+"/")
			if own && to != file.pkg() && !matchAny(edges[row].to, to) {
				breaches = append(breaches, fmt.Sprintf("%s: %s must not import %s", file.name, file.pkg(), to))
			}
		}
	}
	return breaches
}

// checkOutside holds imports from outside against the table outside.
func checkOutside(files []source) (breaches []string) {
	for _, file := range files {
		if file.isTest() {
			continue
		}
		for _, imported := range file.imports() {
			for _, rule := range outside {
				if !match(rule.imported, imported) {
					continue
				}
				if matchAny(rule.never, file.pkg()) || rule.only != nil && !matchAny(rule.only, file.pkg()) {
					breaches = append(breaches, fmt.Sprintf("%s: %s must not import %s: %s", file.name, file.pkg(), imported, rule.why))
				}
				break
			}
		}
	}
	return breaches
}

// checkRuntimes finds files that import both packages of the name runtime.
func checkRuntimes(files []source) (breaches []string) {
	for _, file := range files {
		imports := file.imports()
		if slices.Contains(imports, "runtime") && slices.Contains(imports, module+"/runtime") {
			breaches = append(breaches, file.name+": imports the standard runtime and this project's")
		}
	}
	return breaches
}

// checkNames finds packages and folders whose name says nothing.
func checkNames(files []source) (breaches []string) {
	for _, file := range files {
		for _, name := range []string{file.tree.Name.Name, path.Base(file.pkg())} {
			if slices.Contains(emptyNames, strings.TrimSuffix(name, "_test")) {
				breaches = append(breaches, fmt.Sprintf("%s: a package named %s", file.name, name))
			}
		}
	}
	return slices.Compact(breaches)
}

// checkDocs finds packages without a doc.go that holds a package comment.
// Examples and packages of tests alone need none.
func checkDocs(files []source) (breaches []string) {
	documented := map[string]bool{}
	for _, file := range files {
		if !file.isTest() && !match("examples/...", file.pkg()) {
			isDoc := path.Base(file.name) == "doc.go" && file.tree.Doc != nil
			documented[file.pkg()] = documented[file.pkg()] || isDoc
		}
	}
	for pkg, ok := range documented {
		if !ok {
			breaches = append(breaches, pkg+": no doc.go with a package comment")
		}
	}
	slices.Sort(breaches)
	return breaches
}

// checkSleep finds files outside tests that call time.Sleep: what waits there
// keeps a timer that it can stop.
func checkSleep(files []source) (breaches []string) {
	for _, file := range files {
		if !file.isTest() && file.calls("time", "Sleep") {
			breaches = append(breaches, file.name+": time.Sleep")
		}
	}
	return breaches
}

// checkTopLevel finds what does not belong in the repository's root.
func checkTopLevel(names []string) (breaches []string) {
	for _, name := range names {
		if !strings.HasPrefix(name, ".") && !slices.Contains(topLevel, name) {
			breaches = append(breaches, name+": not a part of the top level")
		}
	}
	return breaches
}
