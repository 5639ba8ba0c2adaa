// SPDX-License-Identifier: LGPL-2.1-or-later
// Moves a pupil to another class of the same year, in one action.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, NativeSelect, Text } from '@vkontakte/vkui';
import { type FormEvent, useId } from 'react';
import { classesOfQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { ClassPupil, ClassRow, SchoolClass } from '../../api/types';
import { FormError, textOf } from '../../forms/Field';
import { Empty, Loaded } from '../../shell/states';

interface Props {
  schoolClass: SchoolClass;
  pupil: ClassPupil;
  onMoved: (to: ClassRow) => void;
}

function Form({ schoolClass, pupil, onMoved, classes }: Props & { classes: ClassRow[] }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const id = useId();
  // Those of the same grade first: a move is mostly there.
  const order = [...classes].sort((a, b) => Number(b.grade === schoolClass.grade) - Number(a.grade === schoolClass.grade));
  const move = useMutation({
    mutationFn: (to: ClassRow) => request<SchoolClass>(`/api/v1/classes/${to.id}/members/${pupil.id}`, { method: 'PUT', body: { as: 'pupil', from: schoolClass.id } }),
    onSuccess: (_, to) => onMoved(to),
    onSettled: () => {
      for (const key of ['class', 'classes', 'people']) void cache.invalidateQueries({ queryKey: [key] });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const chosen = textOf(new FormData(event.currentTarget), 'class');
    const to = classes.find((each) => each.id === chosen);
    if (to) move.mutate(to);
  };
  return (
    <form noValidate onSubmit={submit}>
      <Div><Text>{t`${pupil.display_name} перейдёт из ${schoolClass.title}. Чаты старого класса закроются, чаты нового откроются, и для родителей тоже.`}</Text></Div>
      <FormItem top={t`В какой класс`} htmlFor={id}>
        <NativeSelect id={id} name="class">
          {order.map((each) => <option key={each.id} value={each.id}>{each.title}</option>)}
        </NativeSelect>
      </FormItem>
      <FormError error={move.error} />
      <FormItem><Button size="l" stretched type="submit" loading={move.isPending}>{t`Перевести`}</Button></FormItem>
    </form>
  );
}

export function MovePupil(props: Props) {
  const { t } = useLingui();
  const classes = useQuery(classesOfQuery(props.schoolClass.year.id));
  return (
    <Loaded query={classes}>
      {({ items }) => {
        const others = items.filter((each) => each.id !== props.schoolClass.id);
        return others.length > 0 ? <Form {...props} classes={others} /> : <Empty title={t`Других классов в этом году нет`} />;
      }}
    </Loaded>
  );
}
