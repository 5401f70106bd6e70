/** 304 redirects nowhere. A redirect that was not followed has status 0 in browsers. */
export const isRedirect = (status: number): boolean =>
  status === 0 || (status >= 300 && status < 400 && status !== 304)
