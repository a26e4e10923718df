package text

import "strings"

// Nearest returns the word that the user probably meant. It returns "" if no word is close enough, because a wrong suggestion is
// worse than none. It ignores case, spaces, hyphens, underscores and dots. A typo is rarely in the first letter, so words with
// different first letters are never close.
func Nearest(typed string, words []string) string {
	const longest = 64 // bytes; the time grows with the product of the lengths
	if len(typed) > longest {
		return ""
	}
	folded := fold.Replace(strings.ToLower(typed))
	best, fewest := "", max(len(folded)/3, 1)+1 // one more than the largest accepted number of edits
	for _, word := range words {
		target := fold.Replace(strings.ToLower(word))
		if folded == "" || target == "" || folded[0] != target[0] {
			continue
		}
		n := edits(folded, target)
		if len(folded) > 2 && (strings.HasPrefix(target, folded) || strings.HasPrefix(folded, target)) {
			n = min(n, 1)
		}
		if n < fewest {
			best, fewest = word, n
		}
	}
	return best
}

var fold = strings.NewReplacer("-", "", "_", "", " ", "", ".", "")

// edits returns the minimum number of edits that turn a into b. An edit inserts, deletes or replaces a byte, or swaps two
// adjacent bytes.
func edits(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			if i == 0 || j == 0 {
				rows[i][j] = i + j
				continue
			}
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(replaced, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
