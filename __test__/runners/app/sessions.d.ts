export class Sessions {
  open(user: string): object
  handle(request: { user: string; bounded?: boolean }): string
}
