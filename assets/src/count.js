// The same rule as portal.kit.text.count_chars: every character, mark and digit is one, blanks and signs without weight are none.
export function count(text) {
  return [...text.replace(/[\s\p{Cc}\p{Cf}\p{Mn}\p{Me}\p{Cs}]/gu, "")].length;
}
