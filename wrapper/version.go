package wrapper

// Version is the version of this module. It is part of the User-Agent of every request.
const Version = "0.1.0"

const productToken = "cortexscan/" + Version
