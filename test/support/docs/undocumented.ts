import ts from 'typescript'

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noLib: true,
  types: [],
}

/** Members that say by their name alone what they are, in every class of the language. */
const wellKnown = /^(__constructor|prototype|__@.*)$/

/** Not for users, or described where it is overridden. */
const notOurs = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Override

/** What a module exports without a doc comment, public members of classes included. */
export function undocumented(path: string, host?: ts.CompilerHost): string[] {
  const program = ts.createProgram([path], options, host)
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(path)
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${path} is no module`)
  const isBare = (symbol: ts.Symbol) =>
    symbol.getDocumentationComment(checker).length === 0 && symbol.getJsDocTags(checker).length === 0
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0
    const members = !isClass ? [] : [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])]
    const bareMembers = members.filter((member) => isPublic(member) && isBare(member))
    const ownName = isBare(symbol) ? [exported.name] : []
    return [...ownName, ...bareMembers.map((member) => `${exported.name}.${member.name}`)]
  })
}

function isPublic(symbol: ts.Symbol): boolean {
  if (wellKnown.test(symbol.name)) return false
  const declaration = symbol.declarations?.[0]
  if (declaration === undefined || ts.isTypeParameterDeclaration(declaration)) return false
  const name = ts.getNameOfDeclaration(declaration)
  if (name !== undefined && ts.isPrivateIdentifier(name)) return false
  return (ts.getCombinedModifierFlags(declaration) & notOurs) === 0
}
