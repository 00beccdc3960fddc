// The command line, bundled as the tests' other programs are.
import '../../../src/cli/main.js'
