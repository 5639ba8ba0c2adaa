// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes the classes of one grade after the other; the first time the school year with them.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, FormItem, NativeSelect, Text } from '@vkontakte/vkui';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { fieldText } from '../../api/problems';
import { classesOfQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { ClassRow, Items, SchoolYear } from '../../api/types';
import { Field, FormError } from '../../forms/Field';
import { listing } from '../../texts/dates';
import { nextYear, type YearDraft } from '../years/year';
import { YEAR_FIELDS, YearFields, yearOf } from '../years/YearFields';
import { lettersOf } from './letters';

const GRADES = Array.from({ length: 11 }, (_, i) => i + 1);

interface Wish {
  grade: number;
  letters: string[];
  /** It has to be added first. */
  newYear: YearDraft | null;
}

/** The first grade that has no class yet. */
const firstFree = (rows: ClassRow[]): number => GRADES.find((grade) => !rows.some((row) => row.grade === grade)) ?? 1;

export function NewClasses({ year, rows, onDone }: { year: SchoolYear | undefined; rows: ClassRow[]; onDone: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const gradeId = useId();
  const form = useRef<HTMLFormElement>(null);
  const [grade, setGrade] = useState(() => firstFree(rows));
  const [text, setText] = useState('');
  const [made, setMade] = useState<string[]>([]);
  const letters = lettersOf(text, grade);
  const titles = letters.map((letter) => `${grade}${letter}`);
  const add = useMutation({
    mutationFn: async (wish: Wish) => {
      const id = wish.newYear ? (await request<SchoolYear>('/api/v1/school-years', { method: 'POST', body: wish.newYear })).id : year!.id;
      return { id, list: await request<Items<ClassRow>>('/api/v1/classes', { method: 'POST', body: { year: id, grade: wish.grade, letters: wish.letters } }) };
    },
    onSuccess: ({ id, list }, wish) => {
      cache.setQueryData(classesOfQuery(id).queryKey, list);
      setMade(wish.letters.map((letter) => `${wish.grade}${letter}`));
      setText('');
      setGrade(Math.min(wish.grade + 1, GRADES.length));
    },
    // A year may be there though its classes are not.
    onSettled: () => cache.invalidateQueries({ queryKey: ['classes'] }),
  });
  // A grade after the other is typed without leaving the field.
  useEffect(() => {
    if (made.length > 0) form.current?.querySelector<HTMLInputElement>('input[name=letters]')?.focus();
  }, [made]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    add.mutate({ grade, letters, newYear: year ? null : yearOf(new FormData(event.currentTarget)) });
  };
  const error = fieldText(i18n, add.error, 'letters', 'letter', 'grade');
  return (
    <form noValidate ref={form} onSubmit={submit}>
      {!year && <YearFields year={nextYear([])} error={add.error} />}
      <FormItem top={t`Параллель`} htmlFor={gradeId}>
        <NativeSelect id={gradeId} value={grade} onChange={(_, value) => setGrade(Number(value))}>
          {GRADES.map((each) => <option key={each} value={each}>{each}</option>)}
        </NativeSelect>
      </FormItem>
      <Field label={t`Буквы классов`} name="letters" value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" hint={titles.length > 0 ? t`Будут созданы: ${listing(i18n, titles)}` : t`Например: А, Б, В`} error={error} />
      <div role="status">{made.length > 0 && <FormItem><Text>{t`Готово: ${listing(i18n, made)}. Можно продолжить со следующей параллелью.`}</Text></FormItem>}</div>
      <FormError error={add.error} fields={[...YEAR_FIELDS, 'letters', 'letter', 'grade']} />
      <FormItem><Button size="l" stretched type="submit" loading={add.isPending}>{letters.length > 1 ? t`Создать классы` : t`Создать класс`}</Button></FormItem>
      <FormItem><Button size="l" stretched mode="tertiary" onClick={onDone}>{made.length > 0 ? t`Готово` : t`Отмена`}</Button></FormItem>
    </form>
  );
}
