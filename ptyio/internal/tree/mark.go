package tree

import (
	"fmt"
	"strconv"
	"strings"
)

// markName is the environment variable by which the members of a tree are
// known. Descendants inherit it. Its value is a path of owners and numbers of
// their trees, outermost first: "/OWNER/7/INNER/3" is in tree 3 of an owner that
// is itself in tree 7 of another one.
const markName = "BROOD_TREE"

// extendMark returns the mark of a tree that belongs to an owner who has the
// mark outer, or none.
func extendMark(outer, owner string, tree uint64) string {
	return fmt.Sprintf("%s/%s/%d", outer, owner, tree)
}

// treeIn returns which of the owner's trees a process with this mark is in.
func treeIn(mark, owner string) (uint64, bool) {
	_, rest, ok := strings.Cut(mark, "/"+owner+"/")
	if !ok {
		return 0, false
	}
	number, _, _ := strings.Cut(rest, "/")
	n, err := strconv.ParseUint(number, 10, 64)
	return n, err == nil
}

// ownersIn returns the owners whose trees a process with this mark is in,
// outermost first.
func ownersIn(mark string) []string {
	parts := strings.Split(mark, "/")
	var owners []string
	for i := 1; i+1 < len(parts); i += 2 {
		owners = append(owners, parts[i])
	}
	return owners
}
