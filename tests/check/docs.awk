# Prints every public function (VR_API ...) that has no comment directly above it.
/^VR_API/ { if (previous !~ /\*\/[ \t]*$/) print FILENAME ":" FNR ": no doc comment: " $0 }
{ previous = $0 }
