// Tells the problems of a write in the API's names: the pipeline knows those of the language only.
import { AppError, failAll, type Problem } from '../../errors.ts'
import { fieldName } from './names.ts'
import type { Shape } from './shape.ts'

/** The same error with the paths and fields that the client wrote; other errors pass on as they are. */
export function renameDetails(shape: Shape, error: unknown): unknown {
  if (!(error instanceof AppError) || error.details === undefined) return error
  return failAll(
    error.code,
    error.details.map((problem) => renameProblem(shape, problem)),
  )
}

function renameProblem(shape: Shape, problem: Problem): Problem {
  const field = shape.entity.fieldsByName.get(problem.field ?? '')
  if (field === undefined) return problem
  const name = fieldName(shape.entity, field)
  return { ...problem, path: problem.path === field.name ? name : problem.path, field: name }
}
