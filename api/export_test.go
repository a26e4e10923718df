package api

// NewValidatorOf makes a Validator of another document.
var NewValidatorOf = newValidator
