// What is told of texts that are no expressions: where it is, what was found, and what would be right.
import { expect, test } from 'vitest'
import { compileToSql } from '../../../src/metadata/expression/to-sql.ts'
import { problemOf, scope } from './language.ts'

const names = 'record, old, changes, user, action, now, related, context'

test.each([
  // Tokens
  ['', 'at character 1: expects a value, found the end'],
  ['   ', 'at character 4: expects a value, found the end'],
  ['1 # 2', 'at character 3: has something that does not belong into an expression: "#"'],
  ["'abc", "at character 1: has a text that does not end: '"],
  ['1 + "abc', 'at character 5: has a text that does not end: "'],
  ["'abc\\'", "at character 1: has a text that does not end: '"],
  ['1.', 'at character 1: has something that does not belong into an expression: "1"'],
  ['1.2.3', 'at character 1: has something that does not belong into an expression: "1"'],
  ['12abc', 'at character 1: has something that does not belong into an expression: "1"'],
  ['0x10', 'at character 1: has something that does not belong into an expression: "0"'],
  ['1 & 2', 'at character 3: has something that does not belong into an expression: "&"'],
  ['"\0"', 'at character 1: must be text without NUL and without half surrogate pairs'],
  ['"\ud800"', 'at character 1: must be text without NUL and without half surrogate pairs'],
  ['1'.repeat(1_001), 'at character 1: has a number of 1001 digits'],
  ['1 + '.repeat(1_001), 'at character 1: must have at most 4000 characters, found 4004'],
  // Form
  ['1 +', 'at character 4: expects a value, found the end'],
  ['1 2', 'at character 3: expects an operator or the end, found "2"'],
  ['record.total "x"', 'at character 14: expects an operator or the end, found the text "x"'],
  ['(1', 'at character 3: expects ")", found the end'],
  ['[1, 2', 'at character 6: expects "]", found the end'],
  ['[1,]', 'at character 4: expects a value, found "]"'],
  ['f(1', 'at character 4: expects ")", found the end'],
  ['len("a",)', 'at character 9: expects a value, found ")"'],
  ['true ? 1', 'at character 9: expects ":", found the end'],
  ['record.', 'at character 8: expects a name, found the end'],
  ['record.1', 'at character 8: expects a name, found "1"'],
  ['record.."a"', 'at character 8: expects a name, found "."'],
  ['1 not in [2]', 'at character 3: expects an operator or the end, found "not"'],
  // Names
  ['total', `at character 1: does not know "total"; known are ${names}`],
  ['recrod.total', `at character 1: does not know "recrod" (did you mean "record"?); known are ${names}`],
  [
    'record.totl',
    'at character 8: reads invoice.totl, but invoice has no such field (did you mean "total"?)',
  ],
  ['record.xyzzy', 'at character 8: reads invoice.xyzzy, but invoice has no such field'],
  [
    'record.Total',
    'at character 8: reads invoice.Total, but invoice has no such field (did you mean "total"?)',
  ],
  [
    'related.itms',
    'at character 9: reads related.itms, but related has no such field (did you mean "items"?)',
  ],
  ['record.total.x', 'at character 14: looks for "x" in a number, which has no fields'],
  ['user.roles.length', 'at character 12: looks for "length" in a list, which has no fields'],
  ['it', `at character 1: does not know "it"; known are ${names}`],
  ['len()', 'at character 1: gives len 0 arguments; it takes 1'],
  ['substring("a")', 'at character 1: gives substring 1 arguments; it takes 2 to 3'],
  ['coalesce()', 'at character 1: gives coalesce 0 arguments; it takes at least 1'],
  ['now(1)', 'at character 1: gives now 1 arguments; it takes 0'],
  ['legn("a")', 'at character 1: does not know the function "legn" (did you mean "len"?)'],
  ['eval("1")', 'at character 1: does not know the function "eval"'],
  ['record.number("x")', 'at character 14: expects an operator or the end, found "("'],
  ['new Foo(1)', 'at character 5: expects an operator or the end, found "Foo"'],
  ['new Date()', 'at character 1: gives date 0 arguments; it takes 1'],
  // Types
  ['record.total > "x"', 'at character 14: compares a number with a text by ">", which says nothing'],
  ['record.number == 1', 'at character 15: compares a text with a number by "==", which says nothing'],
  [
    'record.paid > true',
    'at character 13: compares true or false with true or false by ">", which says nothing',
  ],
  ['user.roles == ["a"]', 'at character 12: compares a list with a list by "==", which says nothing'],
  ['record == old', 'at character 8: compares a record with a record by "==", which says nothing'],
  ['record.extra == []', 'at character 14: compares anything with a list by "==", which says nothing'],
  ['record.due_on > "soon"', 'at character 15: compares a date with the text "soon", which is none'],
  [
    'record.due_on == "2026-02-30"',
    'at character 15: compares a date with the text "2026-02-30", which is none',
  ],
  [
    'record.opens_at < "25:00"',
    'at character 17: compares a time of day with the text "25:00", which is none',
  ],
  [
    'record.due_on < record.opens_at',
    'at character 15: compares a date with a time of day by "<", which says nothing',
  ],
  ['1 < 2 < 3', 'at character 7: compares true or false with a number by "<", which says nothing'],
  ['not record.count == 1', 'at character 1: expects true or false behind "!", found a number'],
  ['-record.number', 'at character 1: expects a number behind "-", found a text'],
  ['record.count && true', 'at character 14: expects true or false beside "&&", found a number'],
  ['true or record.number', 'at character 6: expects true or false beside "||", found a text'],
  ['record.count ? 1 : 2', 'at character 8: expects true or false before "?", found a number'],
  ['1 + "a"', 'at character 3: cannot reckon with a number and a text by "+"; string(x) makes a text'],
  ['"a" - "b"', 'at character 5: cannot reckon with a text and a text by "-"'],
  ['record.due_on + 1', 'at character 15: cannot reckon with a date and a number by "+"'],
  ['[1] + [2]', 'at character 5: cannot reckon with a list and a list by "+"'],
  ['1 in 2', 'at character 3: expects a list behind "in", found a number'],
  ['1 in ["a"]', 'at character 3: looks for a number in a list of another kind: a text'],
  ['record.due_on in ["x"]', 'at character 15: compares a date with the text "x", which is none'],
  ['record.number[0]', 'at character 14: takes an item of a text, which is no list'],
  ['user.roles["a"]', 'at character 11: expects a number between the brackets, found a text'],
  ['len(1)', 'at character 1: expects a text or a list in len, found a number'],
  ['upper(record.count)', 'at character 1: expects a text in upper, found a number'],
  ['abs("a")', 'at character 1: expects a number in abs, found a text'],
  [
    'year("2026-01-01")',
    'at character 1: expects a date or a moment in year, found a text; date(x) reads one',
  ],
  ['sum(record.total)', 'at character 1: expects a list in sum, found a number'],
  ['sum(user.roles)', 'at character 1: expects a number for each element in sum, found a text'],
  ['sum(related.items)', 'at character 1: expects a number for each element in sum, found a record'],
  ['sum(related.items, "name")', 'at character 1: expects a number for each element in sum, found a text'],
  [
    'any(related.items, "quantity")',
    'at character 1: expects true or false for each element in any, found a number',
  ],
  ['filter(related.items)', 'at character 1: gives filter 1 arguments; it takes 2'],
  [
    'min(related.items)',
    'at character 1: expects values that have an order for each element in min, found a record',
  ],
  ['max(true)', 'at character 1: expects values that have an order in max, found true or false'],
  ['max(1, "a")', 'at character 1: compares a number with a text in max'],
  ['sum(related.items, price)', `at character 20: does not know "price"; known are ${names}`],
  [
    'sum(related.items, record.number)',
    'at character 27: expects an expression written as a text, such as "quantity > 3"',
  ],
  [
    'sum(related.items, "quantty")',
    `at character 20: has a problem at character 1 of "quantty": does not know "quantty" (did you mean "quantity"?); known are ${names}, name, quantity, price, due_on, active`,
  ],
  [
    'sum(related.items, "quantity *")',
    'at character 20: has a problem at character 11 of "quantity *": expects a value, found the end',
  ],
  // Patterns
  [
    'matches("a", record.number)',
    'at character 1: expects the pattern of matches to be written out as a text',
  ],
  [
    'matches("a", "(")',
    'at character 1: has a pattern that cannot be used: error parsing regexp: missing closing ): `(`',
  ],
  [
    'matches("a", "(?=a)")',
    'at character 1: has a pattern that cannot be used: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ],
  [
    'matches("a", "(a)\\\\1")',
    'at character 1: has a pattern that cannot be used: error parsing regexp: invalid escape sequence: `\\1`',
  ],
])('%j', (text, problem) => {
  expect(problemOf(text)).toBe(problem)
})

const where = 'in a permission, because PostgreSQL has to answer it for every row'

test.each([
  ['record.total', 'must be true or false, but it is a number'],
  ['upper(record.number) == "A"', `cannot call upper with fields of the record ${where}`],
  ['matches(record.number, "a")', `cannot call matches with fields of the record ${where}`],
  ['record.total / 2 > 1', `cannot use "/" with fields of the record ${where}`],
  ['record.count % 2 == 0', `cannot use "%" with fields of the record ${where}`],
  ['any(user.roles, "it == record.number")', `cannot call any with fields of the record ${where}`],
  ['record.extra == 1', 'can only compare record.extra with nil in a permission, because it holds JSON'],
  ['record.extra', 'can only compare record.extra with nil in a permission, because it holds JSON'],
  ['record.extra.level == nil', `cannot use anything ${where}`],
  ['record.extra.deleted_at != nil', `cannot use anything ${where}`],
  [
    'contains(record.extra, "a")',
    'can only compare record.extra with nil in a permission, because it holds JSON',
  ],
  ['"a" in record.extra', `can only look into a list that is written out, or one of the user, ${where}`],
  [
    'record.number in (record.paid ? ["a"] : user.roles)',
    `can only look into a list that is written out, or one of the user, ${where}`,
  ],
  [
    'user.roles[record.count] == "a"',
    `cannot use a text ${where}`.replace('use a text', 'take a place of a list'),
  ],
  [
    'record.total + user.attributes.bonus > 1',
    'has anything where its type must be known; number(x), string(x) or date(x) gives it one',
  ],
  ['record == nil', `cannot use a record ${where}`],
  ['contains("abc", record.count)', 'can only look for and in texts by contains, found a number'],
  ['date(record.number) < now', `can only call date with a date or a moment of the record ${where}`],
  [
    'record.count * record.count * record.count * record.count * record.count > 1',
    'multiplies more than 4 numbers with each other, which is too much for a permission',
  ],
  [
    Array.from({ length: 80 }, () => 'contains(record.note, "a")').join(' || '),
    'is too long for a permission; divide it',
  ],
  [
    'record.totl > 1',
    'at character 8: reads invoice.totl, but invoice has no such field (did you mean "total"?)',
  ],
])('a permission cannot say %s', (text, problem) => {
  expect(compileToSql(text, scope)).toEqual({ problem })
})
