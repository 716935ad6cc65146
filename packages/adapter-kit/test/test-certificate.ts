/**
 * A worthless TEST certificate for localhost, signed by itself, and its key. Nothing trusts it and nothing is protected by it:
 * it only lets a test start an HTTPS server that no client should accept. Valid from 2020 to 2120.
 */
export const testCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKNmPYoMPxJtm3Rxu
iLXeFBDe+HqNfzaOq8OA0P50qsWhRANCAASX5qKalerJK7e72bAX42BcAm/YHIiD
IGhhv50MRRqxO/Ey6Im6a6HWgM2FdKAmhx72k072m+Fo9za40H4U9gh7
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBsDCCAVegAwIBAgIBATAKBggqhkjOPQQDAjA5MRIwEAYDVQQDDAlsb2NhbGhv
c3QxIzAhBgNVBAoMGldvcnRobGVzcyB0ZXN0IGNlcnRpZmljYXRlMCAXDTIwMDEw
MTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjA5MRIwEAYDVQQDDAlsb2NhbGhvc3Qx
IzAhBgNVBAoMGldvcnRobGVzcyB0ZXN0IGNlcnRpZmljYXRlMFkwEwYHKoZIzj0C
AQYIKoZIzj0DAQcDQgAEl+aimpXqySu3u9mwF+NgXAJv2ByIgyBoYb+dDEUasTvx
MuiJumuh1oDNhXSgJoce9pNO9pvhaPc2uNB+FPYIe6NOMEwwDwYDVR0TAQH/BAUw
AwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwHQYDVR0OBBYEFN398ewI
jHcFByf8+XN+8/oleU9bMAoGCCqGSM49BAMCA0cAMEQCIFH9VVPUgIdjuTa8iASn
v4Sd9TfIstyir6uQztcLmYr/AiARd872oemKYIxI4IWEdgomj1cNyFvH3T3WyqgN
TR441w==
-----END CERTIFICATE-----
`,
} as const
