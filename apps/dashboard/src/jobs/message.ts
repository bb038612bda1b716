/**
 * What a worker says to the page: plain data.
 */

/** One message of a job. */
export type JobMessage<Report> =
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string }
