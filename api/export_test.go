package api

// NewValidatorOf returns a Validator for any OpenAPI document.
var NewValidatorOf = newValidator
