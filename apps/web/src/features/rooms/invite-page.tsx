export function InvitePage({ token }: { token: string }) {
  return <section className="bg-raised h-full" data-token={token} />
}
