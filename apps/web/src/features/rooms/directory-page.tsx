export function DirectoryPage() {
  return <section className="bg-raised h-full" />
}
